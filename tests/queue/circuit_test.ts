// Providers that say no: nothing goes out to them until it may have changed.
import assert from "node:assert/strict";
import type { AgentFailed, AgentResult } from "../../src/agent.ts";
import { type LaneBench, laneBench, settle, START } from "./lane_bench.ts";

function failed(result: AgentResult): AgentFailed {
  assert.equal(result.status, "failed");
  return result as AgentFailed;
}

/** Opens the circuit of `far` by one call's failure. */
async function exhaust(bench: LaneBench, resetAt?: string): Promise<AgentFailed> {
  const result = bench.submit("first");
  await settle();
  await bench.calls[0]!.fail("quota_exhausted", { retryable: false, ...(resetAt ? { resetAt } : {}) });
  return failed(await result);
}

const IN_AN_HOUR = new Date(START + 3_600_000).toISOString();

Deno.test("after a quota error 1000 queued agents cost no call but those in flight, and all are told why and until when", async () => {
  const bench = laneBench();
  const all = Array.from({ length: 1000 }, (_, i) => bench.submit(`p${i}`));
  await settle();
  assert.equal(bench.sent, 16);
  await bench.calls[0]!.fail("quota_exhausted", { retryable: false, resetAt: IN_AN_HOUR });
  await bench.calls[0]!.answer();
  while (bench.calls.length > 0) await bench.calls[0]!.fail("rate_limit", {}, "again");
  const results = await Promise.all(all);
  assert.equal(bench.sent, 16, "no further call, not even a retry of a call in flight");
  assert.equal(results.filter(({ status }) => status === "completed").length, 1);
  for (const result of results.filter(({ status }) => status === "failed").map(failed)) {
    assert.equal(result.error.code, "quota_exhausted");
    assert.deepEqual(result.closed, { resetAt: IN_AN_HOUR });
  }
  assert.match(
    failed(results[999]!).error.message,
    /far takes no calls until 2026-11-22T13:00:00.000Z: far said quota/,
  );
  assert.equal(results[999]!.attempts, 0);
});

Deno.test("queued agents are refused while calls in flight still last", async () => {
  const bench = laneBench();
  const all = Array.from({ length: 10 }, (_, i) => bench.submit(`p${i}`, { permits: 2 }));
  await settle();
  await bench.calls[0]!.fail("authentication", { retryable: false, status: 401 });
  const rest = await Promise.all(all.slice(2));
  for (const result of rest) assert.equal(failed(result).error.code, "authentication");
  assert.equal(bench.calls.length, 1);
  await bench.calls[0]!.answer();
  await Promise.all(all);
});

Deno.test("an agent that comes while the circuit is open is refused without being started", async () => {
  const bench = laneBench();
  await exhaust(bench);
  let started = 0;
  const result = failed(await bench.submit("late", {}, { onStarted: () => void started++ }));
  assert.deepEqual([started, bench.sent], [0, 1]);
  assert.deepEqual(result.closed, { resetAt: null });
  assert.match(result.error.message, /far takes no calls for now/);
});

Deno.test("one provider's circuit does not touch another's lane", async () => {
  const bench = laneBench();
  await exhaust(bench);
  const other = bench.submit("other", { lane: "near" });
  await settle();
  await bench.calls[0]!.answer();
  assert.equal((await other).status, "completed");
});

Deno.test("a wait longer than any agent waits counts as closed until then", async () => {
  const bench = laneBench();
  const result = bench.submit("first");
  await settle();
  await bench.calls[0]!.fail("rate_limit", { retryAfterMs: 3_600_000 });
  assert.deepEqual(failed(await result).closed, { resetAt: IN_AN_HOUR });
});

Deno.test("after the reset time one call tries while the others wait, and its answer lets them all go", async () => {
  const bench = laneBench();
  await exhaust(bench, IN_AN_HOUR);
  await bench.passTime(3_599_999);
  assert.equal((await bench.submit("early")).status, "failed");
  await bench.passTime(1);
  const all = Array.from({ length: 5 }, (_, i) => bench.submit(`p${i}`));
  await settle();
  assert.deepEqual(bench.calls.map(({ prompt }) => prompt), ["p0"]);
  await bench.calls[0]!.answer();
  assert.equal(bench.calls.length, 4);
  while (bench.calls.length > 0) await bench.calls[0]!.answer();
  for (const result of await Promise.all(all)) assert.equal(result.status, "completed");
});

Deno.test("a call that tries and fails closes the way again for a longer time, and those that waited are refused", async () => {
  const bench = laneBench();
  await exhaust(bench);
  await bench.passTime(30_000);
  const all = Array.from({ length: 5 }, (_, i) => bench.submit(`p${i}`));
  await settle();
  await bench.calls[0]!.fail("service_unavailable");
  for (const result of await Promise.all(all)) assert.ok(failed(result).closed);
  assert.equal(bench.sent, 2);
  await bench.passTime(59_999);
  assert.equal((await bench.submit("early")).status, "failed");
  assert.equal(bench.sent, 2);
  await bench.passTime(1);
  const late = bench.submit("late");
  await settle();
  await bench.calls[0]!.answer();
  assert.equal((await late).status, "completed");
});

Deno.test("an aborted call that tries gives its place to the next", async () => {
  const bench = laneBench();
  await exhaust(bench);
  await bench.passTime(30_000);
  const stop = new AbortController();
  const first = bench.submit("p0", {}, { signal: stop.signal });
  const second = bench.submit("p1");
  await settle();
  stop.abort(new Error("stop"));
  await assert.rejects(first, /stop/);
  await settle();
  assert.deepEqual(bench.calls.map(({ prompt }) => prompt), ["p1"]);
  await bench.calls[0]!.answer();
  assert.equal((await second).status, "completed");
});

Deno.test("an aborted agent that waits for another one's try rejects at once and makes no call", async () => {
  const bench = laneBench();
  await exhaust(bench);
  await bench.passTime(30_000);
  const stop = new AbortController();
  const first = bench.submit("p0");
  const second = bench.submit("p1", {}, { signal: stop.signal });
  await settle();
  stop.abort(new Error("stop"));
  await assert.rejects(second, /stop/);
  await bench.calls[0]!.answer();
  assert.equal((await first).status, "completed");
  assert.equal(bench.sent, 2);
});

Deno.test("a reset time that is past or unreadable counts as none", async () => {
  for (const resetAt of ["2026-11-22T11:00:00Z", "soon"]) {
    const bench = laneBench();
    assert.deepEqual((await exhaust(bench, resetAt)).closed, { resetAt: null });
    assert.equal((await bench.submit("at once")).status, "failed");
  }
});

Deno.test("five agents in a row that an outage ends close the way; an answer between them starts the count again", async () => {
  const bench = laneBench();
  const endings = ["down", "down", "down", "down", "up", "down", "down", "down", "down", "down"];
  const results: AgentResult[] = [];
  for (const [i, ending] of endings.entries()) {
    const result = bench.submit(`p${i}`);
    await settle();
    await (ending === "up" ? bench.calls[0]!.answer() : bench.calls[0]!.fail("service_unavailable"));
    results.push(await result);
  }
  assert.deepEqual(results.map((result) => result.status === "failed" && result.closed !== undefined), [
    ...Array.from({ length: 9 }, () => false),
    true,
  ]);
  const next = failed(await bench.submit("next"));
  assert.match(next.error.message, /5 agents in a row failed, the last one with: far said service_unavailable/);
  assert.equal(bench.sent, 10);
});

Deno.test("failures that say nothing about the provider never close the way", async () => {
  const bench = laneBench();
  for (let i = 0; i < 20; i++) {
    const result = bench.submit(`p${i}`);
    await settle();
    await bench.calls[0]!.fail(i % 2 ? "bad_request" : "context_overflow", { retryable: false });
    assert.equal(failed(await result).closed, undefined);
  }
  assert.equal(bench.sent, 20);
});

Deno.test("an answer of a call from before the opening does not open the way", async () => {
  const bench = laneBench();
  const old = bench.submit("old");
  await settle();
  const held = bench.calls[0]!;
  const exhausted = bench.submit("first");
  await settle();
  await bench.calls[1]!.fail("quota_exhausted", { retryable: false });
  await exhausted;
  await held.answer();
  assert.equal((await old).status, "completed");
  assert.equal((await bench.submit("late")).status, "failed");
});

Deno.test("one call that finds its provider gone closes it at once, although it is no quota", async () => {
  const bench = laneBench();
  const all = Array.from({ length: 30 }, (_, i) => bench.submit(`p${i}`));
  await settle();
  await bench.calls[0]!.fail("service_unavailable", { retryable: false, closes: true });
  while (bench.calls.length > 0) await bench.calls[0]!.fail("service_unavailable", { retryable: false, closes: true });
  const results = (await Promise.all(all)).map(failed);
  assert.equal(bench.sent, 16);
  assert.ok(results.every(({ closed }) => closed !== undefined));
});
