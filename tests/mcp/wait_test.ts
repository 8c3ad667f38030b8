// Bounded waits: progress while they last, and an end that never ends the run.
import assert from "node:assert/strict";
import type { EventBody } from "../../src/run.ts";
import { ERAS } from "../end_to_end/mcp_host.ts";
import { openServer } from "./opened_server.ts";

const STARTED: EventBody[] = [
  { type: "run_started" },
  { type: "phase_started", title: "Read" },
  { type: "step_started", step: "a#0", request: { prompt: "p" }, handling: {}, model: "m" },
];
const RUNNING = { record: { status: "running", result: null }, runsUntilCancelled: true } as const;

for (const era of ERAS) {
  Deno.test(`a host of ${era} that wants progress is told again and again, with phase and counts`, async () => {
    await using opened = await openServer({ ...RUNNING, events: STARTED }, { era, progressEveryMs: 5 });
    const told: { progress: number; total?: number | undefined; message?: string | undefined }[] = [];
    const onprogress = (progress: typeof told[number]) => {
      told.push(progress);
      if (told.length === 2) opened.engine.end({ status: "completed", result: "done" });
    };
    const result = await opened.client.callTool(
      { name: "workflow_wait", arguments: { run_id: "last", wait_s: 20 } },
      { onprogress },
    );
    assert.equal((result.structuredContent as { result: string }).result, "done");
    assert.ok(told.length >= 2);
    assert.deepEqual([told[0]?.progress, told[0]?.total, told[0]?.message], [0, 1, "Read: 0 of 1 agents done"]);
  });

  Deno.test(`a call that a host of ${era} takes back ends the wait, and the run goes on`, async () => {
    await using opened = await openServer({ ...RUNNING, events: STARTED, followsOn: true }, { era });
    const abort = new AbortController();
    const call = opened.client.callTool(
      { name: "workflow_wait", arguments: { run_id: "last", wait_s: 50 } },
      { signal: abort.signal, onprogress: () => {} },
    );
    while (opened.engine.followed.length === 0) await opened.client.listTools();
    abort.abort("not wanted any more");
    await assert.rejects(call);
    assert.deepEqual(opened.engine.cancelled, []);
    const { structured } = await opened.call("workflow_status", { run_id: "last" });
    assert.equal(structured.status, "running");
  });
}

Deno.test("a paused or interrupted run is not waited for, and a run that pauses ends the wait", async () => {
  for (const status of ["paused", "interrupted"] as const) {
    await using opened = await openServer({ ...RUNNING, record: { status, result: null, reason: "why" } });
    const { structured } = await opened.call("workflow_wait", { run_id: "last", wait_s: 50 });
    assert.equal(structured.status, status);
    assert.match(structured.next, /odw resume/);
  }
  await using pausing = await openServer({
    ...RUNNING,
    events: [...STARTED, { type: "run_paused", reason: "budget" }],
  });
  await pausing.call("workflow_wait", { run_id: "last", wait_s: 50 });
});

Deno.test("a run that asked, was answered and resumed before is waited for to its end", async () => {
  const question = { key: "q", text: "Which?" };
  const events: EventBody[] = [
    ...STARTED,
    { type: "run_waiting", question },
    { type: "question_answered", key: "q", answer: "this" },
    { type: "run_paused", reason: "the question is answered" },
    { type: "run_resumed", changes: {} },
  ];
  await using opened = await openServer({ ...RUNNING, events }, { progressEveryMs: 5 });
  const onprogress = () => opened.engine.end({ status: "completed", result: "done" });
  const result = await opened.client.callTool({ name: "workflow_wait", arguments: { run_id: "last" } }, { onprogress });
  assert.equal((result.structuredContent as { status: string }).status, "completed");
});
