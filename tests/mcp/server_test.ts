// The MCP server behind the official client, in both eras of the protocol.
import assert from "node:assert/strict";
import { OdwError } from "../../src/errors.ts";
import type { EventBody } from "../../src/run.ts";
import { builtInWorkflows } from "../../src/workflows.ts";
import { type Opened, openServer as open } from "./opened_server.ts";

const NAMES = [
  "workflow_list",
  "workflow_plan",
  "workflow_start",
  "workflow_wait",
  "workflow_status",
  "workflow_result",
  "workflow_respond",
  "workflow_cancel",
];

Deno.test("the tools are there with schemas and hints, and those that only read say so", async () => {
  await using opened = await open();
  const { tools } = await opened.client.listTools();
  assert.deepEqual(tools.map(({ name }) => name), NAMES);
  const reading = tools.filter(({ annotations }) => annotations?.readOnlyHint).map(({ name }) => name);
  assert.deepEqual(reading, ["workflow_list", "workflow_plan", "workflow_wait", "workflow_status", "workflow_result"]);
  assert.ok(tools.every(({ description, outputSchema }) => /odw/.test(description ?? "") && outputSchema));
  const instructions = opened.client.getInstructions() ?? "";
  assert.match(instructions.slice(0, 512), /workflow_start.*workflow_wait.*workflow_result/s);
});

Deno.test("text and structure of an answer say the same", async () => {
  await using opened = await open({
    workflows: [{ name: "compare", description: "d", whenToUse: "w", source: "built-in" }],
  });
  const { text, structured } = await opened.call("workflow_list");
  assert.deepEqual(JSON.parse(text), structured);
  assert.deepEqual(structured, { workflows: [{ name: "compare", description: "d", when_to_use: "w" }] });
});

Deno.test("workflow_start records the run and lets a process of its own begin it", async () => {
  await using opened = await open();
  const { structured } = await opened.call("workflow_start", {
    name: "compare",
    args: { n: 1 },
    max_agents: 5,
    max_cost_usd: 2,
  });
  assert.equal(opened.engine.started.length, 0);
  assert.deepEqual(opened.engine.created, [{
    script: { name: "compare" },
    args: { n: 1 },
    limits: { agents: 5, costUsd: 2 },
    onAsk: "wait",
  }]);
  assert.deepEqual(opened.launched, [[structured["run_id"], undefined]]);
});

Deno.test("a script with a fault is not started, and the model hears the place and the corrected pattern", async () => {
  const checked = {
    dialect: "meta" as const,
    problems: [{
      severity: "error" as const,
      place: "script.js:3:7",
      message: "parallel() gets promises",
      fix: "parallel(items.map((i) => () => agent(i)))",
    }],
    estimate: null,
    tools: [],
  };
  await using opened = await open({ checked });
  const { isError, text } = await opened.call("workflow_start", { script: "export const meta = …" });
  assert.equal(isError, true);
  assert.match(text, /script\.js:3:7: parallel\(\) gets promises\n {2}write: parallel/);
  assert.deepEqual([opened.engine.created, opened.launched], [[], []]);
});

Deno.test("neither name nor script, and both, are errors that say what to do", async () => {
  await using opened = await open();
  for (const args of [{}, { name: "a", script: "b" }]) {
    const { isError, text } = await opened.call("workflow_start", args);
    assert.equal(isError, true);
    assert.match(text, /either name .* or script/);
  }
});

Deno.test("no argument of any tool can grant a permission", async () => {
  await using opened = await open();
  const { tools } = await opened.client.listTools();
  const names = tools.flatMap(({ inputSchema }) => Object.keys(inputSchema.properties ?? {}));
  assert.deepEqual(names.filter((name) => /allow|permission|approve|grant|write|cwd|env/i.test(name)), []);
});

const STARTED: EventBody[] = [
  { type: "run_started" },
  { type: "phase_started", title: "Read" },
  { type: "step_started", step: "a#0", request: { prompt: "p" }, handling: {}, model: "m" },
];

Deno.test("workflow_wait answers when its time is up, with counts and the exact next call; the run goes on", async () => {
  await using opened = await open({
    events: STARTED,
    runsUntilCancelled: true,
    followsOn: true,
    record: { status: "running", result: null },
  });
  const { structured } = await opened.call("workflow_wait", { run_id: "last", wait_s: 0.05 });
  assert.equal(structured["status"], "running");
  assert.equal(structured["phase"], "Read");
  assert.deepEqual(structured["agents"], { started: 1, done: 0, failed: 0, running: 1 });
  assert.match(String(structured["next"]), /workflow_wait with \{"run_id":"/);
  assert.deepEqual(opened.engine.cancelled, []);
});

Deno.test("a wait longer than 50 s is refused: hosts give up on a call after 60", async () => {
  await using opened = await open();
  const { isError, text } = await opened.call("workflow_wait", { run_id: "last", wait_s: 90 });
  assert.equal(isError, true);
  assert.match(text, /50/);
});

Deno.test("a long result becomes a head, a file and pages", async () => {
  const long = "word ".repeat(10_000);
  await using opened = await open({ record: { result: long } });
  const { structured, text } = await opened.call("workflow_wait", { run_id: "last" });
  assert.ok(text.length < 5_000);
  assert.equal(structured["result"], undefined);
  assert.equal(opened.saved.values().next().value, long);
  let read = "";
  for (let offset: number | null = 0; offset !== null;) {
    const page: Record<string, never> =
      (await opened.call("workflow_result", { run_id: "last", offset, max_chars: 20_000 })).structured;
    read += page["text"];
    offset = page["next_offset"] ?? null;
  }
  assert.equal(read, long);
});

Deno.test("errors of the engine reach the model with their code", async () => {
  await using opened = await open({
    launchError: new OdwError("not_found", "unknown workflow 'x' (available: compare)"),
  });
  const started = await opened.call("workflow_start", { name: "x" });
  assert.deepEqual([started.isError, started.text], [true, "not_found: unknown workflow 'x' (available: compare)"]);
  const unknown = await opened.call("workflow_status", { run_id: "nope" });
  assert.equal(unknown.isError, true);
  const early = await (await open({ record: { status: "running" }, runsUntilCancelled: true })).call(
    "workflow_result",
    { run_id: "last" },
  );
  assert.match(early.text, /is running: it has no result/);
});

Deno.test("resources hold a run's report and script, prompts teach the dialect", async () => {
  await using opened = await open();
  const { contents: [report] } = await opened.client.readResource({ uri: "odw://runs/last/report" });
  assert.match((report as { text: string }).text, /# review: completed/);
  const { contents: [script] } = await opened.client.readResource({ uri: "odw://runs/last/script" });
  assert.notEqual((script as { text: string }).text, undefined);
  const { prompts } = await opened.client.listPrompts();
  const library = builtInWorkflows.map(({ name }) => name);
  assert.deepEqual(prompts.map(({ name }) => name), ["write-workflow", "run-workflow", ...library]);
  assert.ok(prompts.every(({ description }) => description), "each says what it is for");
  assert.deepEqual(opened.folders.length, 2, "listing prompts starts no engine");
  const { messages: [message] } = await opened.client.getPrompt({
    name: "write-workflow",
    arguments: { task: "audit src" },
  });
  assert.match((message?.content as { text: string }).text, /audit src[\s\S]*export const meta/);
});

Deno.test("workflow_start goes on with a run that stands still, in the folder where it was begun", async () => {
  const launched: unknown[] = [];
  const opened: Opened = await open({ record: { status: "paused", result: null }, runsUntilCancelled: true }, {
    parts: {
      launch(id, options) {
        launched.push([id, options]);
        opened.engine.append({ type: "run_resumed", changes: {} });
        return Promise.resolve();
      },
    },
  });
  await using _opened = opened;
  const wrong = await opened.call("workflow_start", { resume: "last", args: 1 });
  assert.match(wrong.text, /^usage: resume goes on with a run as it was started: leave out args, or start anew$/);
  const resumed = await opened.call("workflow_start", { resume: "last", model: "other" });
  assert.equal(resumed.isError, false, resumed.text);
  const { run_id } = resumed.structured;
  assert.deepEqual(launched, [[run_id, { cwd: undefined, sampling: null, model: "other" }]]);
});

Deno.test("what stands in the way of going on with a run is told, and nothing is launched", async () => {
  const resumeError = new OdwError("conflict", "run 1 is still running in another process");
  await using opened = await open({ record: { status: "running" }, resumeError });
  const { isError, text } = await opened.call("workflow_start", { resume: "last" });
  assert.deepEqual([isError, text], [true, "conflict: run 1 is still running in another process"]);
  assert.deepEqual(opened.launched, []);
});
