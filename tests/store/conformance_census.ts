// What a Store promises about the counts of a run's agents.
import assert from "node:assert/strict";
import type { RunCensus } from "../../src/run.ts";
import type { Store } from "../../src/store.ts";
import { completed, eventfulRun, failed, resumed, SPEC, started, type StoreTest } from "./fixtures.ts";

const NONE: RunCensus = { done: 0, failed: 0, skipped: 0, cached: 0, empty: 0 };

async function census(store: Store, id: string): Promise<RunCensus> {
  return (await store.getRun(id)).census;
}

export const CENSUS: [string, StoreTest][] = [
  ["a new run's census is empty, and a call under way counts as nothing yet", async (store) => {
    const id = await store.createRun(SPEC);
    assert.deepEqual(await census(store, id), NONE);
    await store.append(id, [{ type: "run_started" }, started("a#0")]);
    assert.deepEqual(await census(store, id), NONE);
  }],
  ["the census counts every agent once, by what became of it", async (store) => {
    const id = await store.createRun(SPEC);
    await store.append(id, [
      { type: "run_started" },
      ...[started("a#0"), completed("a#0")],
      ...[started("b#0"), completed("b#0", "")],
      ...[started("c#0"), failed("c#0")],
      ...[started("d#0"), { type: "step_skipped" as const, step: "d#0" }],
      { type: "step_skipped", step: "e#0" },
    ]);
    assert.deepEqual(await census(store, id), { done: 2, failed: 1, skipped: 2, cached: 0, empty: 1 });
    const run = await store.getRun(id);
    assert.deepEqual([run.agents, run.failedAgents], [5, 1]);
  }],
  [
    "a resume takes failed and skipped agents back, for they run again, and counts its own replays only",
    async (store) => {
      const id = await store.createRun(SPEC);
      const skipped = { type: "step_skipped", step: "c#0" } as const;
      await store.append(id, [
        { type: "run_started" },
        started("a#0"),
        completed("a#0"),
        started("b#0"),
        failed("b#0"),
      ]);
      await store.append(id, [skipped, resumed()]);
      assert.deepEqual(await census(store, id), { ...NONE, done: 1 });
      await store.append(id, [{ type: "step_replayed", step: "a#0" }, started("b#0"), failed("b#0"), started("c#0")]);
      await store.append(id, [completed("c#0")]);
      assert.deepEqual(await census(store, id), { ...NONE, done: 2, failed: 1, cached: 1 });
      await store.append(id, [resumed()]);
      for (const step of ["a#0", "c#0"]) await store.append(id, [{ type: "step_replayed", step }]);
      assert.deepEqual(await census(store, id), { ...NONE, done: 2, cached: 2 });
      const run = await store.getRun(id);
      assert.deepEqual([run.agents, run.failedAgents, run.usage.cachedAgents], [3, 0, 2]);
    },
  ],
  ["the census of an eventful run adds up", async (store) => {
    const id = await eventfulRun(store);
    assert.deepEqual(await census(store, id), { done: 2, failed: 0, skipped: 1, cached: 1, empty: 1 });
    assert.equal((await store.getRun(id)).agents, 3);
  }],
];
