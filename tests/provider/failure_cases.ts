// Refusals as the vendors send them, and what each means.

export interface FailureCase {
  name: string;
  status: number;
  body: unknown;
  headers?: Record<string, string>;
  code: string;
  retryable: boolean;
  retryAfterMs?: number;
  resetAt?: string;
}

const anthropic = (type: string, message: string, details?: object) => ({
  type: "error",
  error: { type, message, ...(details && { details }) },
});
export const openai = (code: string | null, message: string, type = "invalid_request_error") => ({
  error: { message, type, param: null, code },
});

export const FAILURE_CASES: FailureCase[] = [
  {
    name: "401",
    status: 401,
    body: anthropic("authentication_error", "invalid x-api-key"),
    code: "authentication",
    retryable: false,
  },
  { name: "403", status: 403, body: openai(null, "Country not supported"), code: "bad_request", retryable: false },
  {
    name: "402",
    status: 402,
    body: anthropic("billing_error", "no credit"),
    code: "quota_exhausted",
    retryable: false,
  },
  {
    name: "404",
    status: 404,
    body: openai("model_not_found", "The model `x` does not exist"),
    code: "bad_request",
    retryable: false,
  },
  { name: "408", status: 408, body: "timeout", code: "service_unavailable", retryable: true },
  { name: "409", status: 409, body: "conflict", code: "service_unavailable", retryable: true },
  {
    name: "413",
    status: 413,
    body: anthropic("request_too_large", "too large"),
    code: "context_overflow",
    retryable: false,
  },
  {
    name: "500",
    status: 500,
    body: anthropic("api_error", "Internal server error"),
    code: "service_unavailable",
    retryable: true,
  },
  {
    name: "502 with HTML",
    status: 502,
    body: "<html><title>Bad Gateway</title></html>",
    code: "service_unavailable",
    retryable: true,
  },
  {
    name: "503 Loading model",
    status: 503,
    body: openai(null, "Loading model", "unavailable_error"),
    code: "service_unavailable",
    retryable: true,
  },
  {
    name: "529",
    status: 529,
    body: anthropic("overloaded_error", "Overloaded"),
    code: "service_unavailable",
    retryable: true,
  },
  { name: "redirect", status: 302, body: "", code: "bad_response", retryable: false },
  {
    name: "429 with Retry-After in seconds",
    status: 429,
    body: anthropic("rate_limit_error", "slow down"),
    headers: { "retry-after": "7" },
    code: "rate_limit",
    retryable: true,
    retryAfterMs: 7000,
  },
  {
    name: "429 with Retry-After as a date",
    status: 429,
    body: "",
    headers: { "retry-after": "Sun, 22 Nov 2026 12:00:30 GMT" },
    code: "rate_limit",
    retryable: true,
    retryAfterMs: 30_000,
  },
  {
    name: "retry-after-ms before retry-after",
    status: 503,
    body: "",
    headers: { "retry-after-ms": "250", "retry-after": "9" },
    code: "service_unavailable",
    retryable: true,
    retryAfterMs: 250,
  },
  {
    name: "an exhausted window of rate-limit headers",
    status: 429,
    body: openai("rate_limit_exceeded", "Rate limit reached", "requests"),
    headers: {
      "x-ratelimit-remaining-requests": "0",
      "x-ratelimit-reset-requests": "1m2.5s",
      "x-ratelimit-remaining-tokens": "9",
    },
    code: "rate_limit",
    retryable: true,
    retryAfterMs: 62_500,
  },
  {
    name: "the wait in words",
    status: 429,
    body: openai("rate_limit_exceeded", "Rate limit reached. Please try again in 1.5s. Visit …", "tokens"),
    code: "rate_limit",
    retryable: true,
    retryAfterMs: 1500,
  },
  {
    name: "x-should-retry: false",
    status: 500,
    body: "",
    headers: { "x-should-retry": "false" },
    code: "service_unavailable",
    retryable: false,
  },
  {
    name: "x-should-retry: true",
    status: 400,
    body: "",
    headers: { "x-should-retry": "true" },
    code: "bad_request",
    retryable: true,
  },
  {
    name: "insufficient_quota",
    status: 429,
    body: openai("insufficient_quota", "You exceeded your current quota", "insufficient_quota"),
    headers: { "x-should-retry": "true" },
    code: "quota_exhausted",
    retryable: false,
  },
  {
    name: "a spend limit of the contract, with its reset",
    status: 429,
    body: anthropic("rate_limit_error", "Spend limit reached", { error_code: "contract_spend_limit_reached" }),
    headers: { "retry-after": "3600" },
    code: "quota_exhausted",
    retryable: false,
    resetAt: "2026-11-22T13:00:00.000Z",
  },
  {
    name: "a usage limit that names the day it ends",
    status: 400,
    body: anthropic(
      "invalid_request_error",
      "You have reached your specified API usage limits. You will regain access on 2026-12-01 at 00:00 UTC.",
    ),
    code: "quota_exhausted",
    retryable: false,
    resetAt: "2026-12-01T00:00:00.000Z",
  },
  {
    name: "a low credit balance",
    status: 400,
    body: anthropic("invalid_request_error", "Your credit balance is too low to access the Anthropic API"),
    code: "quota_exhausted",
    retryable: false,
  },
  {
    name: "Google's limit of a minute",
    status: 429,
    body: [{
      error: {
        code: 429,
        message: "You exceeded your current quota. Please retry in 12.5s.",
        details: [{ quotaId: "GenerateRequestsPerMinutePerProject" }],
      },
    }],
    code: "rate_limit",
    retryable: true,
    retryAfterMs: 12_500,
  },
  {
    name: "Google's limit of a day",
    status: 429,
    body: [{
      error: {
        code: 429,
        message: "You exceeded your current quota",
        details: [{ quotaId: "GenerateRequestsPerDayPerProject" }],
      },
    }],
    code: "quota_exhausted",
    retryable: false,
  },
  {
    name: "Groq's broken tool call",
    status: 400,
    body: openai("tool_use_failed", "Failed to call a function"),
    code: "bad_response",
    retryable: true,
  },
  {
    name: "a content filter",
    status: 400,
    body: openai("content_filter", "filtered"),
    code: "refusal",
    retryable: false,
  },
  {
    name: "any other 400",
    status: 400,
    body: openai(null, "messages: required"),
    code: "bad_request",
    retryable: false,
  },
  {
    name: "a rate limit on tokens is no overflow",
    status: 429,
    body: openai(null, "too many tokens per minute"),
    code: "rate_limit",
    retryable: true,
  },
];
