// What a Store promises about runs.
import assert from "node:assert/strict";
import { completed, exported, failed, NOTHING, rejection, resumed, SPEC, started, type StoreTest } from "./fixtures.ts";

export const RUNS: [string, StoreTest][] = [
  ["an unknown run is not_found in every method that needs one", async (store) => {
    for (
      const call of [
        store.getRun("nope"),
        store.findRun("nope"),
        store.findRun("last"),
        store.findRun(""),
        store.steps("nope"),
        store.events("nope", { after: 0 }),
        store.append("nope", [{ type: "run_started" }]),
        store.claim("nope", "me", 1000),
        store.sendCommand("nope", { type: "pause" }),
        store.recorded("nope"),
        exported(store, "nope"),
        store.deleteRun("nope"),
      ]
    ) assert.equal((await rejection(call)).code, "not_found");
  }],
  ["a new run is queued and gives back its whole spec", async (store) => {
    const id = await store.createRun(SPEC);
    const run = await store.getRun(id);
    assert.deepEqual(run.spec, SPEC);
    assert.equal(run.status, "queued");
    assert.equal(run.startedAt, "2026-11-22T00:00:00.000Z");
    assert.deepEqual(run.usage, { agents: 0, cachedAgents: 0, inputTokens: 0, outputTokens: 0, costUsd: 0 });
    assert.deepEqual([run.result, run.error, run.failures, run.durationMs], [null, null, [], null]);
  }],
  ["ids sort by creation, even within a millisecond and when the clock goes back", async (store, { clock }) => {
    const ids: string[] = [];
    for (let i = 0; i < 50; i++) {
      if (i === 20) clock.nowMs -= 60_000;
      if (i === 40) clock.nowMs += 120_000;
      ids.push(await store.createRun(SPEC));
    }
    assert.equal(new Set(ids).size, 50);
    assert.deepEqual(ids, ids.toSorted());
    assert.match(ids[0]!, /^[0-9a-z]{10,20}$/);
  }],
  ["findRun takes an id, a unique prefix in any case, and last; it names what is there", async (store, { clock }) => {
    const first = await store.createRun(SPEC);
    clock.nowMs += 3_600_000;
    const second = await store.createRun(SPEC);
    assert.equal(await store.findRun(first), first);
    assert.equal(await store.findRun("last"), second);
    const shared = [...first].findIndex((character, i) => character !== second[i]);
    assert.equal(await store.findRun(first.slice(0, shared + 1).toUpperCase()), first);
    const ambiguous = await rejection(store.findRun(first.slice(0, shared)));
    assert.ok(ambiguous.message.includes(first) && ambiguous.message.includes(second), ambiguous.message);
    const unknown = await rejection(store.findRun("zzz"));
    assert.ok(unknown.message.includes(second), unknown.message);
    assert.equal((await rejection(store.findRun("%"))).code, "not_found");
  }],
  ["listRuns gives the newest first, by status, limit and before", async (store) => {
    const ids: string[] = [];
    for (let i = 0; i < 5; i++) ids.unshift(await store.createRun({ ...SPEC, name: `run ${i}` }));
    await store.append(ids[1]!, [{ type: "run_started" }, { type: "run_cancelled", usage: NOTHING, durationMs: 4 }]);
    const listed = (await store.listRuns({})).map((run) => run.id);
    assert.deepEqual(listed, ids);
    assert.deepEqual((await store.listRuns({ limit: 2 })).map((run) => run.name), ["run 4", "run 3"]);
    assert.deepEqual((await store.listRuns({ before: ids[2]!, limit: 1 })).map((run) => run.id), [ids[3]]);
    assert.deepEqual((await store.listRuns({ status: ["cancelled", "failed"] })).map((run) => run.id), [ids[1]]);
    assert.deepEqual((await store.listRuns({ status: ["queued"], limit: 2 })).map((run) => run.id), [ids[0], ids[2]]);
  }],
  ["a run's status, reason, result, error and failures follow its events, and a resume begins anew", async (store) => {
    const id = await store.createRun(SPEC);
    await store.claim(id, "me", 60_000);
    const failure = { label: "a", phase: null, reason: "no" };
    await store.append(id, [{ type: "run_started" }, { type: "failure_recorded", failure }]);
    assert.equal((await store.getRun(id)).status, "running");
    await store.append(id, [{ type: "run_paused", reason: "budget_exceeded" }]);
    const paused = await store.getRun(id);
    assert.deepEqual([paused.status, paused.reason, paused.failures], ["paused", "budget_exceeded", [failure]]);
    const error = { name: "Error", message: "boom", code: "script_failed" as const };
    await store.append(id, [resumed(), {
      type: "run_failed",
      error,
      usage: NOTHING,
      durationMs: 7,
    }]);
    const ended = await store.getRun(id);
    assert.deepEqual([ended.status, ended.error, ended.failures, ended.durationMs], ["failed", error, [], 7]);
    assert.notEqual(ended.endedAt, null);
    await store.append(id, [resumed()]);
    const again = await store.getRun(id);
    assert.deepEqual([again.status, again.error, again.endedAt, again.reason], ["running", null, null, null]);
    await store.append(id, [{ type: "run_completed", result: { ok: [1] }, usage: NOTHING, durationMs: 9 }]);
    assert.deepEqual((await store.getRun(id)).result, { ok: [1] });
  }],
  ["a resume's changes stand in the spec, the later over the earlier, and nothing else changes", async (store) => {
    const id = await store.createRun(SPEC);
    const limits = { ...SPEC.limits, costUsd: 9 };
    await store.append(id, [{ type: "run_started" }, resumed({ script: "edited", limits })]);
    await store.append(id, [resumed({ script: "edited again", args: null, hasArgs: false, model: "fast" })]);
    const changed = { script: "edited again", args: null, hasArgs: false, model: "fast", limits };
    assert.deepEqual((await store.getRun(id)).spec, { ...SPEC, ...changed });
    const created = (await store.events(id, { after: 0, limit: 1 }))[0]!;
    assert.deepEqual(created.type === "run_created" && created.spec, SPEC);
  }],
  ["a waiting run shows its question until it is answered; an answer wakes no paused run", async (store, { clock }) => {
    const id = await store.createRun(SPEC);
    await store.claim(id, "me", 60_000);
    const question = { key: "q#0", text: "Deploy?", choices: ["yes", "no"], default: "no" };
    await store.append(id, [{ type: "run_started" }, { type: "run_waiting", question }]);
    const waiting = await store.getRun(id);
    assert.deepEqual([waiting.status, waiting.reason, waiting.question], ["waiting", "Deploy?", question]);
    clock.nowMs += 60_000;
    assert.equal((await store.getRun(id)).status, "waiting");
    await store.claim(id, "me", 60_000);
    await store.append(id, [{ type: "question_answered", key: "q#0", answer: "yes" }]);
    const answered = await store.getRun(id);
    assert.deepEqual([answered.status, answered.reason, answered.question], ["running", null, null]);
    await store.append(id, [{ type: "run_paused", reason: "quota" }]);
    await store.append(id, [{ type: "question_answered", key: "q#1", answer: "no" }]);
    assert.equal((await store.getRun(id)).status, "paused");
  }],
  ["a paused run says when it can go on, if that is known, and forgets it when it goes on", async (store) => {
    const id = await store.createRun(SPEC);
    const resumesAt = "2026-11-23T06:00:00.000Z";
    await store.append(id, [{ type: "run_started" }, { type: "run_paused", reason: "quota", resumesAt }]);
    assert.equal((await store.getRun(id)).resumesAt, resumesAt);
    await store.append(id, [resumed()]);
    assert.equal((await store.getRun(id)).resumesAt, null);
    await store.append(id, [{ type: "run_paused", reason: "asked" }]);
    assert.equal((await store.getRun(id)).resumesAt, null);
  }],
  ["usage counts each step once, every paid attempt, and an unknown cost for good", async (store) => {
    const id = await store.createRun(SPEC);
    await store.append(id, [started("a#0"), completed("a#0"), started("b#0"), failed("b#0")]);
    const first = await store.getRun(id);
    assert.deepEqual([first.agents, first.failedAgents, first.usage.costUsd], [2, 1, 0.75]);
    await store.append(id, [{ type: "step_replayed", step: "a#0" }, started("b#0"), completed("b#0")]);
    await store.append(id, [{ type: "step_replayed", step: "a#0" }]);
    const again = await store.getRun(id);
    assert.deepEqual([again.agents, again.failedAgents], [2, 0]);
    assert.deepEqual(again.usage, { agents: 2, cachedAgents: 1, inputTokens: 30, outputTokens: 15, costUsd: 1 });
    await store.append(id, [started("c#0"), completed("c#0", "x", null), started("d#0"), completed("d#0")]);
    assert.equal((await store.getRun(id)).usage.costUsd, null);
    assert.equal((await store.listRuns({}))[0]!.usage.costUsd, null);
  }],
];
