// The one place that knows what a provider's refusal means: status, headers and body become a ProviderError.
import type { ProviderSettings } from "../config.ts";
import type { ErrorCode } from "../errors.ts";
import { isJsonObject, type Json } from "../json.ts";
import { ProviderError, type ProviderFailure } from "../provider.ts";
import { redact } from "./redact.ts";
import { quotaReset, retryAfterMs } from "./retry_hints.ts";

/** A refusal as received: a status with a body, or an error event inside a stream (headers null). */
export interface Refusal {
  status: number;
  headers: Headers | null;
  body: string;
}

const QUOTA = new RegExp(
  "insufficient_quota|insufficient balance|insufficient credits|exceeded your current quota|billing_(?:hard_limit|not_active|error)" +
    "|contract_spend_limit|credit balance is too low|reached your specified api usage limits|usage_limit_reached|spend(?:ing)? limit" +
    "|(?:requests|tokens)perday",
  "i",
);
const RATE = /rate.?limit|too many requests|tokens per min|requests per min|\b[tr]pm\b/i;
const OVERFLOW = new RegExp(
  "context_length_exceeded|maximum context length|exceed_context_size|prompt is too long|greater than the context length" +
    "|reduce the length of the (?:messages|prompt|input)|input token count .{0,40}exceeds|exceeds? the (?:available |model'?s? |maximum )?context" +
    "|context (?:window|length|size) (?:is |was )?(?:exceeded|full|too)|input (?:is|length) too long|too many (?:input )?tokens" +
    // LM Studio, xAI, vLLM, SGLang, TGI and llama.cpp, in their own words.
    "|does not fit in(?:to)? (?:the )?context|maximum prompt length is|longer than the (?:maximum )?model(?:'s)? (?:context )?length" +
    "|(?:is |are )?longer than the model'?s? (?:maximum )?context|must have less than \\d+ tokens|larger than the context (?:size|window)" +
    "|context overflow|token limit exceeded|exceeds? the (?:maximum )?(?:number of tokens|token limit|sequence length)" +
    "|prompt (?:contains|has) .{0,40}tokens.{0,60}(?:limit|maximum)" +
    "|exceeds? (?:the )?context limit|`max_new_tokens` must be <=|request_too_large|model_context_window_exceeded|string_above_max_length",
  "i",
);
const DECLINED =
  /content_policy|content_filter|content management policy|invalid_prompt|bio_policy|misalignment_policy/i;
/** What a 403 says when it is about the key, and so about every call. */
const KEY =
  /api.?key|\bkeys?\b|credential|authenticat|unauthori[sz]ed|(?:access|bearer|auth) token|invalid token|account .{0,40}(?:suspend|disabled|deactivat)/i;
const MODERATED = /moderation|flagged/i;
const BAD_GENERATION = /tool_use_failed|json_validate_failed/i;

/** Statuses of error types that come without one, inside a stream. */
const TYPE_STATUS: Record<string, number> = {
  invalid_request_error: 400,
  invalid_prompt: 400,
  context_length_exceeded: 400,
  authentication_error: 401,
  billing_error: 402,
  permission_error: 403,
  not_found_error: 404,
  request_too_large: 413,
  rate_limit_error: 429,
  rate_limit_exceeded: 429,
  insufficient_quota: 429,
  contract_spend_limit_reached: 429,
  timeout_error: 504,
  overloaded_error: 529,
};

/** The error that a refusal means: its code, whether to try again, and when. Holds no key. */
export function failureOf(refusal: Refusal, settings: ProviderSettings, nowMs: number = Date.now()): ProviderError {
  const said = readBody(refusal.body);
  const status = refusal.headers ? refusal.status : said.status ?? 500;
  const code = codeOf(status, said.search);
  const failure: ProviderFailure = {
    code,
    provider: settings.name,
    status,
    retryable: isRetryable(code, status, refusal.headers, said.search),
  };
  const wait = retryAfterMs(refusal.headers, said.search, nowMs);
  if (wait !== undefined && failure.retryable) failure.retryAfterMs = wait;
  const reset = code === "quota_exhausted" ? quotaReset(refusal.headers, said.search, nowMs) : undefined;
  if (reset !== undefined) failure.resetAt = reset;
  const words = redact(said.text, settings);
  return new ProviderError(`${settings.name} answered ${status}: ${words}${hint(code, status, settings)}`, failure);
}

function codeOf(status: number, text: string): ErrorCode {
  if (status === 402) return "quota_exhausted";
  if (status >= 400 && status < 500 && status !== 401 && isQuota(text)) return "quota_exhausted";
  if (status === 401) return DECLINED.test(text) ? "refusal" : "authentication";
  if (status === 403) return refusedCode(text);
  if (status === 429) return "rate_limit";
  if (status === 413) return "context_overflow";
  if (!RATE.test(text) && OVERFLOW.test(text)) return "context_overflow";
  if (status >= 500 || status === 408 || status === 409 || status === 425) return "service_unavailable";
  if (status >= 300 && status < 400) return "bad_response";
  if (BAD_GENERATION.test(text)) return "bad_response";
  return DECLINED.test(text) ? "refusal" : "bad_request";
}

/** A model without access, a firewall's page, an input that was flagged: that call fails, and the others go on. */
function refusedCode(text: string): ErrorCode {
  // What words a page holds says nothing of the key.
  if (/^\s*</.test(text)) return "bad_request";
  if (DECLINED.test(text) || MODERATED.test(text)) return "refusal";
  return KEY.test(text) ? "authentication" : "bad_request";
}

/** Google calls its limits of a minute by the same words as its limits of a day. */
function isQuota(text: string): boolean {
  return QUOTA.test(text) && (!/perminute/i.test(text) || /perday/i.test(text));
}

/** The server's own word first (`x-should-retry`), except for what no repetition can mend. */
function isRetryable(code: ErrorCode, status: number, headers: Headers | null, text: string): boolean {
  if (code === "quota_exhausted" || code === "context_overflow") return false;
  const told = headers?.get("x-should-retry");
  if (told === "true") return true;
  if (told === "false") return false;
  return code === "rate_limit" || code === "service_unavailable" || (status === 400 && BAD_GENERATION.test(text));
}

function hint(code: ErrorCode, status: number, settings: ProviderSettings): string {
  if (code === "authentication") return `; check the key of provider ${settings.name}`;
  if (code === "quota_exhausted") return "; the quota or credit is used up";
  if (code === "context_overflow") return "; the request is larger than the model's context";
  if (code === "bad_response" && status < 400) {
    return `; the server redirects: correct baseUrl of provider ${settings.name}`;
  }
  if (status === 404 || status === 405) return "; check the model id with `odw models`, and the provider's baseUrl";
  return "";
}

interface Said {
  /** For people. */
  text: string;
  /** For the patterns above: words, type, code and details. */
  search: string;
  status: number | undefined;
}

function readBody(body: string): Said {
  const json = parse(body);
  if (json === undefined) return { text: plainText(body), search: body.slice(0, 4000), status: undefined };
  const outer = Array.isArray(json) ? json[0] ?? null : json;
  const inner = isJsonObject(outer) ? outer.error ?? outer.detail ?? outer.errors ?? outer : outer;
  const error = isJsonObject(inner) ? inner : { message: typeof inner === "string" ? inner : JSON.stringify(inner) };
  const labels = [error.code, error.type].filter((label) => typeof label === "string" && label !== "error").map(String);
  const message = typeof error.message === "string" ? error.message : JSON.stringify(error);
  const label = labels.find((each) => !message.includes(each));
  const text = cut(label ? `${label}: ${message}` : message);
  return { text, search: JSON.stringify(json).slice(0, 8000), status: statusFrom(error.code, labels) };
}

/** OpenRouter sends numeric codes; others name a type. */
function statusFrom(code: Json | undefined, labels: string[]): number | undefined {
  if (typeof code === "number" && code >= 400 && code < 600) return code;
  if (typeof code === "string" && /^[45]\d\d$/.test(code)) return Number(code);
  for (const label of labels) {
    const status = TYPE_STATUS[label];
    if (status !== undefined) return status;
  }
  return undefined;
}

function parse(body: string): Json | undefined {
  try {
    return JSON.parse(body) as Json;
  } catch {
    return undefined;
  }
}

/** An HTML page is reduced to its title. */
function plainText(body: string): string {
  if (!/^\s*</.test(body)) return cut(body.trim() || "no further words");
  const title = /<title[^>]*>([^<]*)/i.exec(body)?.[1]?.trim();
  return cut(title ? `an HTML page titled "${title}"` : "an HTML page");
}

function cut(text: string): string {
  return text.length > 600 ? `${text.slice(0, 600)}…` : text;
}
