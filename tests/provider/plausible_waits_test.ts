// When to come back, in every form that servers use; and what a 403 or an overflow says, in their own words.
import assert from "node:assert/strict";
import { failureOf } from "../../src/provider/failure.ts";
import { providerNamed } from "./settings.ts";

const NOW = Date.parse("2026-12-01T12:00:00Z");
const IN_30_S = NOW + 30_000;
const settings = providerNamed("wire");

function refused(status: number, body: unknown, headers: Record<string, string> = {}) {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return failureOf({ status, headers: new Headers(headers), body: text }, settings, NOW);
}

for (
  const [name, value] of [
    ["epoch milliseconds", String(IN_30_S)],
    ["epoch seconds", String(IN_30_S / 1000)],
    ["seconds", "30"],
    ["a duration", "30s"],
    ["RFC 3339", new Date(IN_30_S).toISOString()],
    ["an HTTP date", new Date(IN_30_S).toUTCString()],
  ] as const
) {
  Deno.test(`a rate limit's reset as ${name} is half a minute from now`, () => {
    const body = { error: { message: "Rate limit exceeded" } };
    const told = { "x-ratelimit-remaining": "0", "x-ratelimit-reset": value };
    assert.equal(refused(429, body, told).retryAfterMs, 30_000);
    assert.equal(refused(429, body, { "retry-after": value }).retryAfterMs, 30_000);
    const metadata = { headers: { "X-RateLimit-Limit": "20", "X-RateLimit-Reset": value } };
    assert.equal(refused(429, { error: { code: 429, message: "Rate limit exceeded", metadata } }).retryAfterMs, 30_000);
  });
}

Deno.test("a wait of more than a day is not believed of a rate limit", () => {
  for (const value of ["999999", String(NOW * 1000), new Date(NOW + 3 * 86_400_000).toUTCString()]) {
    const { code, retryable, retryAfterMs } = refused(429, { error: { message: "slow down" } }, {
      "retry-after": value,
    });
    assert.deepEqual([code, retryable, retryAfterMs], ["rate_limit", true, undefined], value);
  }
});

for (
  const [body, code] of [
    [{ error: { code: 403, message: "Your chosen model requires moderation and your input was flagged" } }, "refusal"],
    [{ error: { message: "Project `p` does not have access to model `gpt-x`" } }, "bad_request"],
    ["<html><head><title>Access denied by the firewall</title></head></html>", "bad_request"],
    ["<html><title>Blocked</title><p>Your key to the internet: no API key, no credentials</p></html>", "bad_request"],
    [{ error: { message: "Incorrect API key provided" } }, "authentication"],
    [{ error: { type: "permission_error", message: "Your API key does not have permission" } }, "authentication"],
  ] as const
) {
  Deno.test(`403 with ${JSON.stringify(body).slice(0, 70)} is ${code}`, () =>
    assert.equal(refused(403, body).code, code));
}

for (
  const words of [
    "Input does not fit in context length of 4096 tokens",
    "This model's maximum prompt length is 131072 but the request contains 200000 tokens",
    "The decoder prompt (length 9000) is longer than the maximum model length of 8192",
    "The input (9000 tokens) is longer than the model's context length (8192 tokens).",
    "Input validation error: `inputs` must have less than 1024 tokens. Given: 2000",
    "the request exceeds the available context size (4096 tokens)",
    "prompt is too long: 210000 tokens > 200000 maximum",
  ]
) {
  Deno.test(`"${words}" is a context overflow`, () => {
    assert.equal(refused(400, { error: { message: words } }).code, "context_overflow");
    // LM Studio sends it inside a stream, without a code.
    const inStream = failureOf(
      { status: 200, headers: null, body: JSON.stringify({ error: { message: words } }) },
      settings,
    );
    assert.equal(inStream.code, "context_overflow");
  });
}

Deno.test("another complaint about the inputs is no context overflow", () => {
  const message = "Input validation error: `inputs` cannot be empty";
  assert.equal(refused(422, { error: { message } }).code, "bad_request");
});
