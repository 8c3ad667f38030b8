// Promises of `odw resume`, and of `--wait`.
import assert from "node:assert/strict";
import { runCli } from "../../src/cli/cli.ts";
import { OdwError } from "../../src/errors.ts";
import type { EventBody } from "../../src/run.ts";
import { noUsage } from "../../src/provider.ts";
import { createFakeEngine, type FakeRun, RUN_ID, runRecord } from "./fake_engine.ts";
import { cli, fakeWorld, type FakeWorldOptions, settle } from "./fake_world.ts";

function worldOf(fake: FakeRun = {}, options: FakeWorldOptions = {}) {
  const engine = createFakeEngine(fake);
  const files = { "/project": "folder" as const, ...options.files };
  return { engine, options: { engine, ...options, files } };
}

Deno.test("resume of an unknown run and resume with nothing to resume exit 2, and resume nothing", async () => {
  const { engine, options } = worldOf();
  const unknown = await cli(["resume", "nope"], options);
  assert.equal(unknown.code, 2);
  assert.match(unknown.err, /there is no run "nope"/);
  const nothing = await cli(["resume"], options);
  assert.equal(nothing.code, 2);
  assert.match(nothing.err, /there is no run to go on with/);
  assert.deepEqual(engine.resumed, []);
  assert.equal(engine.isDisposed, true);
});

Deno.test("resume of a run that another process owns exits 2 with the engine's words", async () => {
  const resumeError = new OdwError("conflict", "run x is still running in another process");
  const { options } = worldOf({ resumeError });
  const { code, err } = await cli(["resume", "last"], options);
  assert.deepEqual({ code, err }, { code: 2, err: "error: run x is still running in another process\n" });
});

Deno.test("resume refuses a recorded folder that is gone, and takes another", async () => {
  const spec = { ...runRecord().spec, cwd: "/gone" };
  const { engine, options } = worldOf({ record: { spec } });
  const { code, err } = await cli(["resume", "last"], options);
  assert.equal(code, 2);
  assert.match(err, /cannot go on with run \S+ in its folder "\/gone", which is not there; name another with --cwd/);
  assert.deepEqual(engine.resumed, []);
  assert.equal((await cli(["resume", "last", "--cwd", "/project"], options)).code, 0);
});

for (const [flag, file] of [["--script", "audit"], ["--script", "no.js"], ["--args-file", "no.json"]] as const) {
  Deno.test(`resume refuses ${flag} ${file}, which is no file, before anything is connected`, async () => {
    const { options } = worldOf();
    const { code, world } = await cli(["resume", "last", flag, file], options);
    assert.equal(code, 2);
    assert.deepEqual(world.connections, []);
  });
}

Deno.test("resume without a run takes the newest that can go on", async () => {
  const { engine, options } = worldOf({ runs: [runRecord({ status: "paused" })] });
  assert.equal((await cli(["resume"], options)).code, 0);
  assert.deepEqual(engine.listed, [{
    status: ["paused", "waiting", "interrupted", "failed", "cancelled", "queued"],
    limit: 1,
  }]);
  assert.deepEqual(engine.resumed, [{ ref: RUN_ID, limits: {}, onAsk: "default" }]);
});

Deno.test("resume works in the recorded folder with the recorded model and concurrency", async () => {
  const recorded = runRecord().spec;
  const spec = { ...recorded, cwd: "/else", model: "m9", limits: { ...recorded.limits, concurrency: 64 } };
  const { engine, options } = worldOf({ record: { spec } }, { files: { "/else": "folder" } });
  const { code, world } = await cli(["resume", "last"], options);
  assert.equal(code, 0);
  assert.deepEqual(world.connections.map(({ options }) => options), [{}, {
    cwd: "/else",
    model: "m9",
    concurrency: 64,
  }]);
  assert.equal("model" in (engine.resumed[0] ?? {}), false);
});

Deno.test("resume passes on what is given anew, and nothing else", async () => {
  const { engine, options } = worldOf({}, { files: { "/project/edited.js": "export const meta = {}" } });
  const flags = "--arg n=2 --script edited.js --model m2 --budget-tokens 20k --budget-hard --detach-on-ask";
  await cli(["resume", "last", ...flags.split(" ")], options);
  assert.deepEqual(engine.resumed, [{
    ref: RUN_ID,
    limits: { tokens: 20_000, hard: true },
    onAsk: "detach",
    args: { n: 2 },
    script: { text: "export const meta = {}", file: "/project/edited.js" },
    model: "m2",
  }]);
});

const TOTALS = { usage: runRecord().usage, durationMs: 1 };
const TWO_PARTS: EventBody[] = [
  { type: "run_created", spec: runRecord().spec },
  { type: "run_started" },
  { type: "phase_started", title: "Old" },
  { type: "run_cancelled", ...TOTALS },
  { type: "log_written", level: "info", message: "late" },
  { type: "run_resumed", changes: {} },
  { type: "phase_started", title: "New" },
];

Deno.test("resume shows the newest part of the journal alone", async () => {
  const { engine, options } = worldOf({ events: TWO_PARTS.slice(0, 5) });
  const resume = engine.resume;
  engine.resume = (request) => {
    engine.append(...TWO_PARTS.slice(5));
    return resume(request);
  };
  const { err, out } = await cli(["resume", "last"], options);
  assert.match(err, /^run \S+: review\nphase: New\ncompleted · /);
  assert.equal(out, "all good\n");
});

Deno.test("resume reports as run does: exit codes, one JSON document, Ctrl-C", async () => {
  const { options } = worldOf({ record: { status: "failed", result: null, error: { name: "E", message: "x" } } });
  const failed = await cli(["resume", "last", "--output", "json"], options);
  assert.equal(failed.code, 1);
  assert.equal(JSON.parse(failed.out).runId, RUN_ID);
  const open = worldOf({ runsUntilCancelled: true });
  const world = fakeWorld(open.options);
  const code = runCli(["resume", "last"], world);
  await settle();
  world.interrupt();
  assert.equal(await code, 130);
  assert.deepEqual(open.engine.cancelled, [RUN_ID]);
});

const PAUSED = { status: "paused" as const, result: null, reason: "quota", resumesAt: "2026-11-22T12:00:00.000Z" };

Deno.test("--wait goes on by itself when the reset time has come, not before", async () => {
  const { engine, options } = worldOf({ parts: [PAUSED, PAUSED, {}] }, {
    files: { "/project/review.js": "export const meta = {}" },
  });
  const world = fakeWorld(options);
  const code = runCli(["run", "review.js", "--wait"], world);
  await settle();
  assert.match(world.stderr.text, /paused: quota; goes on at .*, in 2h 00m; Ctrl-C leaves it paused\n$/);
  world.tick(2 * 3_600_000 - 1);
  await settle();
  assert.deepEqual(engine.resumed, []);
  world.tick(1);
  await settle();
  assert.deepEqual(engine.resumed, [{ ref: RUN_ID, onAsk: "default" }]);
  world.tick(1000);
  assert.equal(await code, 0);
  assert.equal(engine.resumed.length, 2);
  assert.equal(world.stdout.text, "all good\n");
});

Deno.test("--wait returns at once for a pause without a reset time", async () => {
  const { options } = worldOf({ record: { ...PAUSED, resumesAt: null } });
  assert.equal((await cli(["resume", "last", "--wait"], options)).code, 3);
});

Deno.test("Ctrl-C under --wait leaves the run paused, with exit 3", async () => {
  const { engine, options } = worldOf({ record: PAUSED });
  const world = fakeWorld(options);
  const code = runCli(["resume", "last", "--wait"], world);
  await settle();
  world.interrupt();
  assert.equal(await code, 3);
  assert.deepEqual(engine.cancelled, []);
  assert.match(world.stderr.text, new RegExp(`go on with: odw resume ${RUN_ID}\n$`));
});

Deno.test("a live view of a resumed run counts each agent of the new part once", async () => {
  const { RunProgress } = await import("../../src/cli/live/run_progress.ts");
  const { eventsOf } = await import("./fake_engine.ts");
  const progress = new RunProgress({ id: "r", name: "n" });
  const ended = { value: "", model: "m", attempts: 1, usage: noUsage(), costUsd: 0.5, durationMs: 1 };
  const started = { request: { prompt: "p" }, handling: {}, model: "m" };
  for (
    const event of eventsOf([
      { type: "step_started", step: "a", ...started },
      { type: "step_completed", step: "a", ...ended },
      { type: "step_started", step: "b", ...started },
      { type: "run_resumed", changes: {} },
      { type: "step_replayed", step: "a" },
      { type: "step_started", step: "b", ...started },
    ])
  ) progress.add(event);
  assert.deepEqual(progress.total, { running: 1, waiting: 0, done: 0, failed: 0, skipped: 0, cached: 1 });
  assert.equal(progress.costUsd, 0.5);
});
