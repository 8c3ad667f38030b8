// Retries, waits, limits and aborts of provider calls, seen through run().
import assert from "node:assert/strict";
import type { AgentFailed, AgentResult } from "../../src/agent.ts";
import { OdwError } from "../../src/errors.ts";
import { noUsage } from "../../src/provider.ts";
import { openAgentRunner } from "../../src/agent/open.ts";
import { bench, fails, hangs, says, ScriptedProvider, settings } from "./scripted_provider.ts";
import { NO_TOOLS } from "../no_tools.ts";

function failed(result: AgentResult): AgentFailed {
  assert.equal(result.status, "failed");
  return result as AgentFailed;
}

Deno.test("an error that no retry mends fails the agent after one call", async () => {
  const { run, provider, waits } = bench([fails("authentication", { retryable: false, status: 401 })]);
  const result = failed(await run());
  assert.equal(result.error.code, "authentication");
  assert.equal(result.error.message, "the far end said authentication");
  assert.equal(result.attempts, 1);
  assert.equal(provider.requests.length, 1);
  assert.deepEqual(waits, []);
});

Deno.test("a context overflow fails at once with the provider's reason", async () => {
  const { run } = bench([fails("context_overflow", { retryable: false, status: 400 })]);
  const result = failed(await run());
  assert.equal(result.error.code, "context_overflow");
  assert.match(result.error.message, /the far end said/);
});

Deno.test("a thrown value that is no provider error is a failed result, not a rejection", async () => {
  const { run } = bench([new TypeError("broken adapter")]);
  const result = failed(await run());
  assert.deepEqual(result.error, { name: "TypeError", message: "broken adapter" });
});

Deno.test("retries end: the error, the number of attempts and the model are in the result", async () => {
  const { run, waits } = bench([fails("service_unavailable"), fails("rate_limit"), fails("service_unavailable")]);
  const result = failed(await run());
  assert.equal(result.error.code, "service_unavailable");
  assert.match(result.error.message, /\(3 attempts\)$/);
  assert.equal(result.attempts, 3);
  assert.equal(result.model, "far/default-model");
  assert.deepEqual(waits, [500, 1000]);
});

Deno.test("handling.retries takes the place of the configured number", async () => {
  const { run, provider } = bench([fails("rate_limit"), says("late")]);
  failed(await run({}, { handling: { retries: 0 } }));
  assert.equal(provider.requests.length, 1);
});

Deno.test("a retryable error is waited out and the answer comes, with every retry told before its wait", async () => {
  const { run, waits, retries } = bench([fails("rate_limit"), fails("service_unavailable"), says("at last")]);
  const result = await run();
  assert.equal(result.status === "completed" && result.value, "at last");
  assert.equal(result.attempts, 3);
  assert.deepEqual(waits, [500, 1000]);
  assert.deepEqual(retries, [
    { attempt: 1, code: "rate_limit", reason: "the far end said rate_limit", waitMs: 500 },
    { attempt: 2, code: "service_unavailable", reason: "the far end said service_unavailable", waitMs: 1000 },
  ]);
});

Deno.test("the server's own wait is obeyed to the millisecond", async () => {
  const { run, waits } = bench([fails("rate_limit", { retryAfterMs: 7321 }), says("ok")]);
  assert.equal((await run()).status, "completed");
  assert.deepEqual(waits, [7321]);
});

Deno.test("a server that asks for more than ten minutes fails the agent with that reason", async () => {
  const { run, waits } = bench([fails("rate_limit", { retryAfterMs: 3_600_000 }), says("too late")]);
  const result = failed(await run());
  assert.equal(result.error.code, "rate_limit");
  assert.match(result.error.message, /asks to wait 3600 s, longer than the 600 s/);
  assert.deepEqual(waits, []);
});

Deno.test("the backoff is capped at 30 seconds", async () => {
  const { run, waits } = bench([...Array.from({ length: 9 }, () => fails("rate_limit")), says("ok")]);
  assert.equal((await run({}, { handling: { retries: 9 } })).status, "completed");
  assert.deepEqual(waits, [500, 1000, 2000, 4000, 8000, 16000, 30000, 30000, 30000]);
});

Deno.test("jitter shortens the backoff by up to a quarter, and the server's own wait by nothing", async () => {
  const replies = [fails("rate_limit"), fails("rate_limit", { retryAfterMs: 400 }), says("ok")];
  const { run, waits } = bench(replies, { random: () => 0.8 });
  assert.equal((await run()).status, "completed");
  assert.deepEqual(waits, [400, 400]);
});

Deno.test("a runner without injected time waits on the real clock and leaves no timer", async () => {
  const provider = new ScriptedProvider([fails("rate_limit", { retryAfterMs: 2 }), says("ok")]);
  const runner = openAgentRunner({ provider, tools: NO_TOOLS, settings: settings() });
  const call = await runner.prepare({ prompt: "p" }, { timeoutMs: 2 ** 40 }, { dialect: "meta", model: null });
  const result = await runner.run(call, { signal: new AbortController().signal });
  assert.equal(result.status === "completed" && result.value, "ok");
});

Deno.test("no progress in every attempt fails as stalled and names stallMs", async () => {
  const stalled = fails("stalled", { status: 0 });
  const { run, provider, retries } = bench([stalled, stalled, says("never asked")]);
  const result = failed(await run({}, { handling: { stallMs: 250 } }));
  assert.equal(result.error.code, "stalled");
  assert.match(result.error.message, /stallMs = 250 ms in each of 2 attempts/);
  assert.equal(provider.requests.length, 2);
  assert.deepEqual(provider.options.map((options) => options.stallMs), [250, 250]);
  assert.deepEqual(retries.map((retry) => retry.waitMs), [0]);
});

Deno.test("a stall is retried although retries is 0, and the answer of the second attempt counts", async () => {
  const { run } = bench([fails("stalled", { retryable: false }), says("awake")]);
  const result = await run({}, { handling: { retries: 0 } });
  assert.equal(result.status === "completed" && result.value, "awake");
});

Deno.test("stallMs 0 reaches the provider as 0", async () => {
  const { run, provider } = bench([says("ok")]);
  await run({}, { handling: { stallMs: 0 } });
  assert.equal(provider.options[0]?.stallMs, 0);
});

Deno.test("the time limit ends a call that never answers, with code timeout", async () => {
  const { run } = bench([hangs], { sleep: () => Promise.resolve() });
  const result = failed(await run({}, { handling: { timeoutMs: 80 } }));
  assert.equal(result.error.code, "timeout");
  assert.match(result.error.message, /timeoutMs = 80 ms/);
  assert.equal(result.attempts, 1);
});

Deno.test("a wait that would outlast the time limit fails at once with code timeout and the reason", async () => {
  const sleeps: number[] = [];
  const sleep = (ms: number) => {
    sleeps.push(ms);
    return new Promise<void>(() => {});
  };
  const { run } = bench([fails("rate_limit", { retryAfterMs: 60_000 })], { sleep });
  const result = failed(await run({}, { handling: { timeoutMs: 5000 } }));
  assert.equal(result.error.code, "timeout");
  assert.match(result.error.message, /due in 60 s: the far end said rate_limit/);
  assert.deepEqual(sleeps, [5000], "only the time limit itself was set up");
});

Deno.test("an abort during a provider call rejects with the signal's own reason", async () => {
  const stop = new AbortController();
  const reason = new OdwError("aborted", "cancelled by the user");
  const { run } = bench([(options) => {
    queueMicrotask(() => stop.abort(reason));
    return hangs(options);
  }]);
  await assert.rejects(run({}, { signal: stop.signal }), (thrown) => thrown === reason);
});

Deno.test("an abort during a real wait rejects at once and leaves no timer", async () => {
  const stop = new AbortController();
  const reason = new OdwError("aborted", "cancelled by the user");
  const { sleep } = await import("../../src/agent/sleep.ts");
  const waiting = (ms: number, signal: AbortSignal) => {
    queueMicrotask(() => stop.abort(reason));
    return sleep(ms, signal);
  };
  const { run, provider } = bench([fails("rate_limit", { retryAfterMs: 500_000 })], { sleep: waiting });
  await assert.rejects(run({}, { signal: stop.signal }), (thrown) => thrown === reason);
  assert.equal(provider.requests.length, 1);
});

Deno.test("an abort under a time limit rejects with the caller's reason, not as a timeout", async () => {
  const stop = new AbortController();
  const { run } = bench([(options) => {
    queueMicrotask(() => stop.abort("enough"));
    return hangs(options);
  }], { sleep: () => new Promise(() => {}) });
  await assert.rejects(
    run({}, { signal: stop.signal, handling: { timeoutMs: 1000 } }),
    (thrown) => thrown === "enough",
  );
});

Deno.test("a signal that is already aborted makes no provider call", async () => {
  const { run, provider } = bench([says("never")]);
  await assert.rejects(run({}, { signal: AbortSignal.abort("too late") }), (thrown) => thrown === "too late");
  assert.equal(provider.requests.length, 0);
});

Deno.test("usage and cost are summed over all attempts, failed calls that were billed included", async () => {
  const billed = { ...noUsage(), inputTokens: 100, outputTokens: 40 };
  const { run } = bench([fails("service_unavailable", { usage: billed }), fails("rate_limit"), says("ok")]);
  const result = await run();
  assert.deepEqual(result.usage, { ...noUsage(), inputTokens: 110, outputTokens: 45 });
  assert.ok(Math.abs((result.costUsd ?? NaN) - 0.045) < 1e-12);
});

Deno.test("an unknown price makes the cost null, never 0", async () => {
  const { run, provider } = bench([says("ok")]);
  provider.price = null;
  assert.equal((await run()).costUsd, null);
});

Deno.test("one call of unknown price makes the whole cost null", async () => {
  const { run, provider } = bench([says("not json"), (_) => {
    provider.price = 0.001;
    return Promise.resolve(says("{}"));
  }]);
  provider.price = null;
  const result = await run({ schema: { type: "object" } });
  assert.equal(result.status, "completed");
  assert.equal(result.costUsd, null);
});
