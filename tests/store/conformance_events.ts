// What a Store promises about events and the steps that are folded from them.
import assert from "node:assert/strict";
import type { EventBody } from "../../src/run.ts";
import type { Store } from "../../src/store.ts";
import { completed, failed, NOTHING, rejection, resumed, SPEC, started, type StoreTest, USAGE } from "./fixtures.ts";

export const EVENTS: [string, StoreTest][] = [
  ["events come back as they were, in order, numbered from 1 without gaps", async (store, { clock }) => {
    const id = await store.createRun(SPEC);
    clock.nowMs += 5;
    const bodies: EventBody[] = [
      { type: "run_started" },
      { type: "phase_started", title: "a \u0000 \ud83d\ude00 'quoted' \\" },
      { type: "log_written", level: "warn", message: "x".repeat(200_000) },
      { type: "checkpoint_saved", key: "k", value: { deep: [null, true, 1e300, -0.5] } },
      started("a#0", { schema: { type: "object" }, temperature: 0 }),
      completed("a#0", "ü"),
    ];
    await store.append(id, bodies.slice(0, 2));
    await store.append(id, bodies.slice(2));
    const events = await store.events(id, { after: 0 });
    assert.deepEqual(events.map((event) => event.seq), [1, 2, 3, 4, 5, 6, 7]);
    assert.deepEqual(events.slice(1).map(({ seq: _seq, at: _at, ...body }) => body), bodies);
    assert.equal(events[1]!.at, clock.nowMs);
  }],
  ["events are filtered by after, limit and types", async (store) => {
    const id = await store.createRun(SPEC);
    await store.append(id, [started("a#0"), completed("a#0"), started("b#0"), failed("b#0")]);
    const seqs = async (filter: Parameters<Store["events"]>[1]) =>
      (await store.events(id, filter)).map((event) => event.seq);
    assert.deepEqual(await seqs({ after: 3 }), [4, 5]);
    assert.deepEqual(await seqs({ after: 1, limit: 2 }), [2, 3]);
    assert.deepEqual(await seqs({ after: 0, types: ["step_failed", "step_completed"] }), [3, 5]);
    assert.deepEqual(await seqs({ after: 99 }), []);
  }],
  ["appends that nobody awaited keep their order and are seen by the next read", async (store) => {
    const id = await store.createRun(SPEC);
    const appended = Array.from(
      { length: 500 },
      (_, i) => store.append(id, [{ type: "log_written", level: "info", message: String(i) }]),
    );
    const seen = await store.events(id, { after: 1 });
    assert.deepEqual(
      seen.map((event) => event.type === "log_written" ? Number(event.message) : -1),
      Array.from({ length: 500 }, (_, i) => i),
    );
    await Promise.all(appended);
  }],
  ["another store sees events once append has resolved", async (store, { open }) => {
    await using other = await open(Date.now);
    const id = await store.createRun(SPEC);
    await store.append(id, [{ type: "run_started" }]);
    assert.equal((await other.events(id, { after: 1 })).length, 1);
    await other.append(id, [{ type: "phase_started", title: "t" }]);
    await store.append(id, [{ type: "run_paused", reason: "r" }]);
    assert.deepEqual((await store.events(id, { after: 0 })).map((event) => event.seq), [1, 2, 3, 4]);
  }],
  ["dispose commits what was appended and refuses what comes later", async (store, { open }) => {
    const id = await store.createRun(SPEC);
    const last = store.append(id, [{ type: "phase_started", title: "last words" }]);
    await store[Symbol.asyncDispose]();
    await last;
    assert.equal((await rejection(store.append(id, [{ type: "run_started" }]))).code, "store");
    assert.equal((await rejection(store.getRun(id))).code, "store");
    await using reopened = await open(Date.now);
    assert.equal((await reopened.events(id, { after: 0 })).length, 2);
  }],
];

export const STEPS: [string, StoreTest][] = [
  ["steps are folded from their events in the order of their first start", async (store, { clock }) => {
    const id = await store.createRun(SPEC);
    await store.claim(id, "me", 60_000);
    await store.append(id, [started("a#0"), started("b#0"), started("c#0"), started("d#0")]);
    clock.nowMs += 1000;
    await store.append(id, [
      { type: "step_retried", step: "c#0", attempt: 2, reason: "429", waitMs: 5 },
      completed("b#0", "done"),
      failed("a#0"),
      { type: "step_skipped", step: "d#0" },
    ]);
    const [a, b, c, d] = await store.steps(id);
    assert.deepEqual([a!.id, a!.status, a!.error!.message, a!.rawText, a!.attempts], [
      "a#0",
      "failed",
      "no",
      "half",
      3,
    ]);
    assert.deepEqual([b!.status, b!.value, b!.usage, b!.costUsd], ["completed", "done", USAGE, 0.25]);
    assert.deepEqual([b!.label, b!.phase, b!.request.prompt], ["l-b#0", "p", "prompt of b#0"]);
    assert.deepEqual([b!.startedAt, b!.endedAt], ["2026-11-22T00:00:00.000Z", "2026-11-22T00:00:01.000Z"]);
    assert.deepEqual([c!.status, c!.attempts, c!.endedAt], ["running", 2, null]);
    assert.equal(d!.status, "skipped");
  }],
  ["a step that runs again keeps its place and forgets its failure; a replay changes labels only", async (store) => {
    const id = await store.createRun(SPEC);
    await store.claim(id, "me", 60_000);
    await store.append(id, [started("a#0"), started("b#0"), failed("a#0"), completed("b#0")]);
    await store.append(id, [{ type: "step_replayed", step: "b#0", label: "new" }, started("a#0"), completed("a#0")]);
    const [a, b] = await store.steps(id);
    assert.deepEqual([a!.id, a!.status, a!.error, a!.rawText], ["a#0", "completed", null, null]);
    assert.deepEqual([b!.status, b!.value, b!.label, b!.phase], ["completed", "answer", "new", "p"]);
  }],
  ["a step that was skipped while it waited is there, with the names it waited under", async (store) => {
    const id = await store.createRun(SPEC);
    const step = "a#0";
    await store.append(id, [{ type: "step_queued", step, label: "l", phase: "p" }, { type: "step_skipped", step }]);
    const [skipped] = await store.steps(id);
    assert.deepEqual([skipped!.status, skipped!.label, skipped!.phase, skipped!.request], [
      "skipped",
      "l",
      "p",
      { prompt: "" },
    ]);
    await store.append(id, [resumed(), started(step), completed(step)]);
    const steps = await store.steps(id);
    assert.deepEqual(steps.map(({ status, request }) => [status, request.prompt]), [["completed", "prompt of a#0"]]);
  }],
  ["one step is what it is among all, by its id or the beginning of one", async (store) => {
    const id = await store.createRun(SPEC);
    await store.claim(id, "me", 60_000);
    await store.append(id, [
      { type: "step_queued", step: "w#0", label: "l", phase: "p" },
      started("a#0"),
      started("b#0"),
    ]);
    await store.append(id, [failed("a#0"), { type: "step_skipped", step: "w#0" }, completed("b#0"), started("open#0")]);
    await store.append(id, [resumed(), started("a#0"), { type: "step_replayed", step: "b#0", label: "new", line: 7 }]);
    const steps = await store.steps(id);
    assert.deepEqual(steps.map((step) => step.id), ["a#0", "b#0", "w#0", "open#0"]);
    assert.equal(steps[1]!.line, 7);
    for (const step of steps) {
      assert.deepEqual(await store.step(id, step.id), step);
      assert.deepEqual(await store.step(id, step.id.slice(0, -2)), step);
    }
    assert.equal(await store.step(id, "nope"), undefined);
    assert.equal((await rejection(store.step("nope", "a#0"))).code, "not_found");
  }],
  ["events come as the texts of what they are", async (store) => {
    const id = await store.createRun(SPEC);
    await store.append(id, [started("a#0"), completed("a#0", 'quotes " and\nlines'), { type: "run_started" }]);
    const events = await store.events(id, { after: 1 });
    const texts = await store.eventTexts(id, { after: 1 });
    assert.deepEqual(texts.map(({ text }) => JSON.parse(text)), events);
    assert.deepEqual(texts.map(({ seq, type }) => [seq, type]), events.map(({ seq, type }) => [seq, type]));
    assert.ok(texts.every(({ text }) => !text.includes("\n")));
    assert.deepEqual((await store.eventTexts(id, { after: 0, limit: 1, types: ["run_started"] })).map((e) => e.seq), [
      4,
    ]);
  }],
  ["a step that never ended is interrupted once its run has no living owner", async (store, { clock }) => {
    const id = await store.createRun(SPEC);
    await store.claim(id, "me", 1000);
    await store.append(id, [{ type: "run_started" }, started("a#0")]);
    assert.equal((await store.steps(id))[0]!.status, "running");
    clock.nowMs += 1000;
    assert.equal((await store.steps(id))[0]!.status, "interrupted");
    await store.renew(id, "me", 1000);
    await store.append(id, [resumed()]);
    assert.equal((await store.steps(id))[0]!.status, "interrupted");
    await store.append(id, [{ type: "run_completed", result: null, usage: NOTHING, durationMs: 1 }]);
    assert.equal((await store.steps(id))[0]!.status, "interrupted");
  }],
];
