// The journal stays fast as it grows: bounds far above the usual times, far below those of a scan per event.
import assert from "node:assert/strict";
import { openStore } from "../../src/store/open.ts";
import { setImmediate } from "node:timers";
import type { Store } from "../../src/store.ts";
import { completed, exported, NOTHING, SPEC, started, streamOf } from "./fixtures.ts";
import { temporaryFolder } from "./sqlite_harness.ts";

async function writeSteps(store: Store, id: string, count: number): Promise<void> {
  const text = "x".repeat(2000);
  for (let i = 0; i < count; i += 100) {
    const steps = Array.from({ length: 100 }, (_, k) => `${i + k}#0`);
    await Promise.all(steps.map((step) => store.append(id, [started(step, { system: text })])));
    await Promise.all(steps.map((step) => store.append(id, [completed(step, text)])));
  }
}

/** Fails when `act` takes longer, even at the better of two attempts: a machine that is busy for a moment is no slow journal. */
async function within<Value>(limitMs: number, what: string, act: () => Promise<Value>): Promise<Value> {
  let bestMs = Infinity;
  for (let attempt = 0;; attempt++) {
    const startedMs = performance.now();
    const value = await act();
    bestMs = Math.min(bestMs, performance.now() - startedMs);
    if (bestMs < limitMs) return value;
    assert.ok(attempt < 1, `${what} took ${bestMs} ms, more than ${limitMs}`);
  }
}

Deno.test("10,000 steps are recorded, folded, summed up, exported, imported and checked in linear time", async () => {
  await using folder = await temporaryFolder();
  await using store = await openStore(`${folder.path}/odw.db`);
  const id = await store.createRun(SPEC);
  const startedMs = performance.now();
  await writeSteps(store, id, 10_000);
  const writtenMs = performance.now() - startedMs;
  assert.ok(writtenMs < 8_000, `writing took ${writtenMs} ms`);
  const recorded = await within(300, "recorded()", () => store.recorded(id));
  assert.equal(recorded.steps.size, 10_000);
  assert.equal((await within(3_000, "steps()", () => store.steps(id))).length, 10_000);
  const run = await within(100, "getRun()", () => store.getRun(id));
  assert.deepEqual([run.agents, run.census.done, run.usage.outputTokens], [10_000, 10_000, 50_000]);
  const lines = await within(3_000, "exportRun()", () => exported(store, id));
  await using other = await openStore(`${folder.path}/other.db`);
  await within(5_000, "importRun()", () => other.importRun(streamOf(lines)));
  assert.deepEqual((await within(5_000, "check()", () => other.check())).problems, []);
});

Deno.test("thousands of runs are deleted in transactions that let another process write in between", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/odw.db`;
  let nowMs = Date.UTC(2026, 0, 1);
  await using store = await openStore(path, { now: () => nowMs });
  for (let i = 0; i < 3000; i++) {
    const id = await store.createRun(SPEC);
    const end = { type: "run_completed", result: null, usage: NOTHING, durationMs: 1 } as const;
    void store.append(id, [
      { type: "run_started" },
      started("a#0"),
      completed("a#0"),
      started("b#0"),
      completed("b#0"),
      end,
    ]);
  }
  nowMs += 1000;
  await using other = await openStore(path, { now: () => nowMs, busyTimeoutMs: 1_000 });
  const kept = await other.createRun(SPEC);
  let commits = 0;
  let isDone = false;
  const deleting = store.deleteStartedBefore(nowMs, { dryRun: false }).finally(() => isDone = true);
  while (!isDone) {
    // A write that waits for no disk: it comes as often as the deletion lets it.
    await other.sendCommand(kept, { type: "pause" });
    await new Promise((resolve) => setImmediate(resolve));
    if (!isDone) commits++;
  }
  assert.equal((await deleting).length, 3000);
  assert.ok(commits >= 3, `only ${commits} commits of the other connection came in between`);
  assert.deepEqual((await store.listRuns({})).map((run) => run.id), [kept]);
  assert.deepEqual((await store.check()).problems, []);
});

Deno.test("what deleted runs took is given back to the disk, while another connection goes on", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/odw.db`;
  await using store = await openStore(path);
  await using other = await openStore(path);
  const [kept, ...ids] = [await other.createRun(SPEC), await store.createRun(SPEC), await store.createRun(SPEC)];
  await writeSteps(other, kept, 100);
  for (const id of ids) await writeSteps(store, id, 1000);
  const { sizeBytes } = await store.check();
  await store.deleteRun(ids[0]!);
  await other.append(kept, [started("a#0"), completed("a#0")]);
  await store.deleteRun(ids[1]!);
  assert.ok((await store.check()).sizeBytes < sizeBytes * 0.1);
  assert.ok((await Deno.stat(path)).size < sizeBytes * 0.1);
  await other.append(kept, [started("b#0"), completed("b#0")]);
  assert.equal((await other.recorded(kept)).steps.size, 102);
  assert.deepEqual((await other.check()).problems, []);
});

Deno.test("of 10,000 runs the first page, a page in the middle and the few of one status are listed at once", async () => {
  await using folder = await temporaryFolder();
  await using store = await openStore(`${folder.path}/odw.db`);
  const ids: string[] = [];
  for (let i = 0; i < 10_000; i++) ids.push(await store.createRun(SPEC));
  const failed = ids[17]!;
  await store.append(failed, [{ type: "run_started" }, {
    type: "run_failed",
    error: { name: "Error", message: "no" },
    usage: NOTHING,
    durationMs: 1,
  }]);
  const first = await within(50, "the first page", () => store.listRuns({ limit: 101 }));
  assert.deepEqual([first.length, first[0]!.id], [101, ids.at(-1)]);
  const middle = await within(50, "a page", () => store.listRuns({ limit: 101, before: ids[5000]! }));
  assert.equal(middle[0]!.id, ids[4999]);
  const found = await within(50, "one status", () => store.listRuns({ limit: 101, status: ["failed"] }));
  assert.deepEqual(found.map(({ id }) => id), [failed]);
});

Deno.test("one step of 10,000 is read without the others", async () => {
  await using folder = await temporaryFolder();
  await using store = await openStore(`${folder.path}/odw.db`);
  const id = await store.createRun(SPEC);
  await writeSteps(store, id, 10_000);
  const step = await within(100, "step()", () => store.step(id, "5000#0"));
  assert.deepEqual([step?.id, step?.status], ["5000#0", "completed"]);
});
