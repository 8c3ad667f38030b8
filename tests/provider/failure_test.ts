// What each refusal of a provider means: one table, and what must never be in it.
import assert from "node:assert/strict";
import { failureOf } from "../../src/provider/failure.ts";
import { durationMs } from "../../src/provider/retry_hints.ts";
import { FAILURE_CASES, openai } from "./failure_cases.ts";
import { providerNamed } from "./settings.ts";

const NOW = Date.parse("2026-11-22T12:00:00Z");
const SETTINGS = providerNamed("wire", {
  apiKey: "sk-very-secret-1234",
  headers: { "x-extra": "Bearer other-secret-99" },
});

const OVERFLOWS = [
  "prompt is too long: 210000 tokens > 200000 maximum",
  "This model's maximum context length is 8192 tokens",
  "the request exceeds the available context size. try increasing exceed_context_size_error",
  "Trying to keep the first 9000 tokens when context the overflows; greater than the context length",
  "Please reduce the length of the messages or completion",
  "The input token count (1048577) exceeds the maximum number of tokens allowed",
];

for (const { name, status, body, headers, ...expected } of FAILURE_CASES) {
  Deno.test(`${name} is ${expected.code}, ${expected.retryable ? "" : "not "}retryable`, () => {
    const text = typeof body === "string" ? body : JSON.stringify(body);
    const error = failureOf({ status, headers: new Headers(headers), body: text }, SETTINGS, NOW);
    assert.equal(error.code, expected.code);
    assert.equal(error.retryable, expected.retryable);
    assert.equal(error.retryAfterMs, expected.retryAfterMs);
    if (expected.resetAt) assert.equal(error.resetAt, expected.resetAt);
    assert.equal(error.status, status);
    assert.ok(error.message.startsWith(`wire answered ${status}`), error.message);
  });
}

for (const message of OVERFLOWS) {
  Deno.test(`"${message}" is a context overflow, not retryable`, () => {
    const error = failureOf(
      { status: 400, headers: new Headers(), body: JSON.stringify(openai(null, message)) },
      SETTINGS,
      NOW,
    );
    assert.equal(error.code, "context_overflow");
    assert.equal(error.retryable, false);
  });
}

Deno.test("an error event inside a stream gets the status of its type", () => {
  const inside = (error: object) =>
    failureOf({ status: 200, headers: null, body: JSON.stringify({ error }) }, SETTINGS, NOW);
  assert.equal(inside({ type: "overloaded_error", message: "Overloaded" }).status, 529);
  assert.equal(inside({ code: 502, message: "Provider returned error" }).code, "service_unavailable");
  assert.equal(inside({ code: "rate_limit_exceeded", message: "x" }).code, "rate_limit");
  assert.equal(inside({ type: "server_error", message: "x" }).retryable, true);
});

Deno.test("an HTML page is told by its title, never in full", () => {
  const error = failureOf({
    status: 503,
    headers: new Headers(),
    body: "<!doctype html><title>Down</title><p>long</p>",
  }, SETTINGS);
  assert.match(error.message, /an HTML page titled "Down"/);
  assert.doesNotMatch(error.message, /<p>/);
});

Deno.test("neither the key nor a header's secret is ever in an error", () => {
  const body = `{"error":{"message":"Incorrect API key provided: sk-very-secret-1234, or other-secret-99"}}`;
  const error = failureOf({ status: 401, headers: new Headers(), body }, SETTINGS);
  assert.doesNotMatch(`${error.message}${error.stack}${JSON.stringify(error)}`, /very-secret|other-secret/);
  assert.match(error.message, /Incorrect API key/);
});

Deno.test("a very long error is cut", () => {
  const error = failureOf({ status: 400, headers: new Headers(), body: "x".repeat(100_000) }, SETTINGS);
  assert.ok(error.message.length < 800);
});

Deno.test("durations are read in all their units", () => {
  assert.deepEqual(["12ms", "1.5s", "6m0s", "2h3m", "soon"].map(durationMs), [12, 1500, 360_000, 7_380_000, undefined]);
});
