// What a Store promises about owners and what others ask of them.
import assert from "node:assert/strict";
import type { OdwError } from "../../src/errors.ts";
import type { EventBody } from "../../src/run.ts";
import { completed, NOTHING, rejection, SPEC, started, type StoreTest } from "./fixtures.ts";

export const LEASES: [string, StoreTest][] = [
  [
    "append with an owner is refused once another holds the lease, and nothing of it is written",
    async (store, { clock }) => {
      const id = await store.createRun(SPEC);
      assert.equal((await rejection(store.append(id, [{ type: "run_started" }], "me"))).code, "conflict");
      await store.claim(id, "me", 1000);
      await store.append(id, [{ type: "run_started" }], "me");
      clock.nowMs += 1000;
      assert.equal(await store.claim(id, "you", 1000), true);
      const [mine, yours] = await Promise.allSettled([
        store.append(id, [started("a#0"), completed("a#0")], "me"),
        store.append(id, [started("b#0")], "you"),
      ]);
      assert.equal(mine.status === "rejected" && (mine.reason as OdwError).code, "conflict");
      assert.equal(yours.status, "fulfilled");
      assert.deepEqual((await store.events(id, { after: 2 })).map((event) => event.type), ["step_started"]);
      assert.equal((await store.getRun(id)).agents, 1);
    },
  ],
  ["a lease is taken by one, renewed by its holder, and free after release or expiry", async (store, { clock }) => {
    const id = await store.createRun(SPEC);
    assert.equal(await store.renew(id, "me", 1000), false);
    assert.equal(await store.claim(id, "me", 1000), true);
    assert.equal(await store.claim(id, "you", 1000), false);
    assert.equal(await store.claim(id, "me", 1000), true);
    clock.nowMs += 900;
    assert.equal(await store.renew(id, "me", 1000), true);
    clock.nowMs += 900;
    assert.equal(await store.claim(id, "you", 1000), false);
    await store.release(id, "you");
    assert.equal(await store.claim(id, "you", 1000), false);
    await store.release(id, "me");
    assert.equal(await store.claim(id, "you", 1000), true);
    clock.nowMs += 1000;
    assert.equal(await store.claim(id, "me", 1000), true);
    assert.equal(await store.renew(id, "you", 1000), false);
  }],
  [
    "a running run whose lease expired is interrupted; ended, paused and unclaimed ones are not",
    async (store, { clock }) => {
      const [dead, ended, paused, queued] = [
        await store.createRun(SPEC),
        await store.createRun(SPEC),
        await store.createRun(SPEC),
        await store.createRun(SPEC),
      ];
      for (const id of [dead, ended, paused]) {
        await store.claim(id, "me", 1000);
        await store.append(id, [{ type: "run_started" }]);
      }
      await store.append(ended, [{ type: "run_completed", result: null, usage: NOTHING, durationMs: 1 }]);
      await store.append(paused, [{ type: "run_paused", reason: "quota" }]);
      clock.nowMs += 1000;
      const statuses = async () => (await store.listRuns({})).map((run) => run.status).reverse();
      assert.deepEqual(await statuses(), ["interrupted", "completed", "paused", "queued"]);
      assert.deepEqual((await store.listRuns({ status: ["interrupted"] })).map((run) => run.id), [dead]);
      assert.deepEqual(await store.listRuns({ status: ["running"] }), []);
      assert.equal((await store.getRun(dead)).status, "interrupted");
      assert.equal((await store.getRun(queued)).status, "queued");
      await store.claim(dead, "you", 1000);
      assert.equal((await store.getRun(dead)).status, "running");
    },
  ],
  ["the event that ends or pauses a run gives up its owner's lease, and only its owner's", async (store) => {
    const ends: EventBody[] = [
      { type: "run_completed", result: null, usage: NOTHING, durationMs: 1 },
      { type: "run_paused", reason: "quota" },
    ];
    for (const end of ends) {
      const id = await store.createRun(SPEC);
      await store.claim(id, "me", 60_000);
      await store.append(id, [{ type: "run_started" }, end]);
      assert.equal(await store.claim(id, "you", 1000), false);
      await store.append(id, [end], "me");
      assert.equal(await store.claim(id, "you", 1000), true);
    }
  }],
  ["commands are taken once, oldest first, by the owner of their run only", async (store, { open }) => {
    await using other = await open(Date.now);
    const [one, two] = [await store.createRun(SPEC), await store.createRun(SPEC)];
    await other.sendCommand(one, { type: "skip", step: "a#0" });
    await other.sendCommand(two, { type: "cancel" });
    await other.sendCommand(one, { type: "respond", answer: "yes" });
    assert.deepEqual(await store.takeCommands(one), [
      { type: "skip", step: "a#0" },
      { type: "respond", answer: "yes" },
    ]);
    assert.deepEqual(await store.takeCommands(one), []);
    assert.deepEqual(await store.takeCommands(two), [{ type: "cancel" }]);
  }],
];
