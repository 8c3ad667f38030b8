// Rate limits adapt how many calls a provider gets at once.
import assert from "node:assert/strict";
import { laneBench, settle } from "./lane_bench.ts";

Deno.test("a 429 halves the calls at once, for retries of agents in flight too, and many at the same time halve once", async () => {
  const bench = laneBench();
  const all = Array.from({ length: 40 }, (_, i) => bench.submit(`p${i}`));
  await settle();
  assert.equal(bench.calls.length, 16);
  const together = [...bench.calls];
  for (const call of together) await call.fail("rate_limit", {}, "again");
  assert.equal(bench.calls.length, 8);
  while (bench.calls.length > 0) await bench.calls[0]!.answer();
  for (const result of await Promise.all(all)) assert.equal(result.status, "completed");
});

Deno.test("every round of 429s halves again, never below one call", async () => {
  const bench = laneBench();
  const all = Array.from({ length: 16 }, (_, i) => bench.submit(`p${i}`));
  await settle();
  const most: number[] = [];
  for (let round = 0; round < 7; round++) {
    for (const call of [...bench.calls]) await call.fail("rate_limit", {}, "again");
    most.push(bench.calls.length);
  }
  assert.deepEqual(most, [8, 4, 2, 1, 1, 1, 1]);
  while (bench.calls.length > 0) await bench.calls[0]!.answer();
  await Promise.all(all);
});

Deno.test("answers raise the number one by one, up to the configured one and no further", async () => {
  const bench = laneBench();
  const all = Array.from({ length: 100 }, (_, i) => bench.submit(`p${i}`, { permits: 4 }));
  await settle();
  for (const call of [...bench.calls]) await call.fail("rate_limit", {}, "again");
  const most: number[] = [];
  for (let answered = 0; answered < 20; answered++) {
    most.push(bench.calls.length);
    await bench.calls[0]!.answer();
  }
  assert.deepEqual(most, [2, 2, 3, 3, 3, ...Array.from({ length: 15 }, () => 4)]);
  while (bench.calls.length > 0) await bench.calls[0]!.answer();
  await Promise.all(all);
});

Deno.test("a used-up rate window holds the lane until it opens, and then goes on by itself", async () => {
  const bench = laneBench();
  const all = Array.from({ length: 6 }, (_, i) => bench.submit(`p${i}`, { permits: 2 }));
  await settle();
  await bench.calls[0]!.answer(bench.nowMs + 5000);
  await bench.calls[0]!.answer(bench.nowMs + 7000);
  assert.equal(bench.sent, 2);
  await bench.passTime(5000);
  assert.equal(bench.sent, 2, "the later of two windows counts");
  await bench.passTime(2000);
  assert.equal(bench.calls.length, 2);
  while (bench.calls.length > 0) await bench.calls[0]!.answer();
  for (const result of await Promise.all(all)) assert.equal(result.status, "completed");
});

Deno.test("a window that opens in an hour is tried after a minute", async () => {
  const bench = laneBench();
  const all = [bench.submit("p0", { permits: 1 }), bench.submit("p1", { permits: 1 })];
  await settle();
  await bench.calls[0]!.answer(bench.nowMs + 3_600_000);
  await bench.passTime(59_999);
  assert.equal(bench.sent, 1);
  await bench.passTime(1);
  await bench.calls[0]!.answer();
  await Promise.all(all);
});

Deno.test("a held lane still refuses its queue at once when its provider closes", async () => {
  const bench = laneBench();
  const all = Array.from({ length: 6 }, (_, i) => bench.submit(`p${i}`, { permits: 2 }));
  await settle();
  await bench.calls[0]!.answer(bench.nowMs + 5000);
  await bench.calls[0]!.fail("quota_exhausted", { retryable: false });
  const results = await Promise.all(all);
  assert.equal(results.filter((result) => result.status === "failed" && result.closed).length, 5);
  assert.equal(bench.sent, 2);
});

Deno.test("an agent that waits at the gate rejects at once when it is aborted, and takes no place", async () => {
  const bench = laneBench();
  const stop = new AbortController();
  const first = bench.submit("p0", { permits: 2 });
  const second = bench.submit("p1", { permits: 2 }, { signal: stop.signal });
  await settle();
  await bench.calls[1]!.fail("rate_limit", {}, "again");
  assert.equal(bench.calls.length, 1, "the second call waits for the first");
  stop.abort(new Error("stop"));
  await assert.rejects(second, /stop/);
  await bench.calls[0]!.answer();
  assert.equal((await first).status, "completed");
  const third = bench.submit("p2", { permits: 2 });
  await settle();
  await bench.calls[0]!.answer();
  assert.equal((await third).status, "completed");
});
