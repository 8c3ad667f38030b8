// What a Store promises about deleting runs, and about checking itself.
import assert from "node:assert/strict";
import { eventfulRun, exported, rejection, SPEC, started, type StoreTest, streamOf } from "./fixtures.ts";

const DAY_MS = 86_400_000;

export const DELETION: [string, StoreTest][] = [
  [
    "a run that is owned cannot be deleted; it can once the lease is over",
    async (store, { clock }) => {
      const id = await store.createRun(SPEC);
      await store.claim(id, "me", 1000);
      await store.append(id, [{ type: "run_started" }, started("a#0")], "me");
      const error = await rejection(store.deleteRun(id));
      assert.equal(error.code, "conflict");
      assert.match(error.message, /living process owns it \(running\).*odw cancel/);
      clock.nowMs += 1000;
      await store.deleteRun(id);
      assert.equal((await rejection(store.getRun(id))).code, "not_found");
    },
  ],
  ["a deleted run is gone with its events, steps and commands, and the others are not", async (store) => {
    const [gone, kept] = [await eventfulRun(store), await eventfulRun(store)];
    const lines = await exported(store, gone);
    await store.sendCommand(gone, { type: "pause" });
    await store.deleteRun(gone);
    for (
      const call of [store.events(gone, { after: 0 }), store.steps(gone), store.append(gone, []), store.deleteRun(gone)]
    ) {
      assert.equal((await rejection(call)).code, "not_found");
    }
    assert.deepEqual((await store.listRuns({})).map((run) => run.id), [kept]);
    assert.equal((await store.events(kept, { after: 0 })).length, lines.length - 1);
    await store.importRun(streamOf(lines));
    assert.deepEqual(await store.takeCommands(gone), []);
    assert.deepEqual((await store.check()).problems, []);
  }],
  [
    "deleteStartedBefore takes the runs that are older and owned by nobody, and says which",
    async (store, { clock }) => {
      const startMs = clock.nowMs;
      const ids: string[] = [];
      for (let i = 0; i < 5; i++) {
        ids.push(await eventfulRun(store));
        clock.nowMs += DAY_MS;
      }
      await store.claim(ids[1]!, "me", DAY_MS);
      const before = startMs + 3 * DAY_MS;
      const old = [ids[0], ids[2]];
      assert.deepEqual(await store.deleteStartedBefore(before, { dryRun: true }), old);
      assert.equal((await store.listRuns({})).length, 5);
      assert.deepEqual(await store.deleteStartedBefore(before, { dryRun: false }), old);
      assert.deepEqual((await store.listRuns({})).map((run) => run.id), [ids[4], ids[3], ids[1]]);
      assert.deepEqual(await store.deleteStartedBefore(before, { dryRun: false }), []);
      await store.release(ids[1]!, "me");
      assert.deepEqual(await store.deleteStartedBefore(before, { dryRun: false }), [ids[1]]);
    },
  ],
];

export const CHECK: [string, StoreTest][] = [
  ["a sound journal has no problems, and its check counts what is there", async (store) => {
    const empty = await store.check();
    assert.deepEqual([empty.runs, empty.events, empty.problems], [0, 0, []]);
    const ids = [await eventfulRun(store), await eventfulRun(store)];
    const check = await store.check();
    assert.deepEqual([check.runs, check.events, check.problems], [2, 38, []]);
    assert.ok(check.sizeBytes > 0 && check.schemaVersion > 0 && check.path !== "");
    await store.deleteRun(ids[0]!);
    assert.deepEqual((await store.check()).events, 19);
  }],
];
