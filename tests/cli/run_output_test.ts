// Promises of what `odw run` gives back: stdout, stderr, exit codes, and how it stops.
import assert from "node:assert/strict";
import { OdwError } from "../../src/errors.ts";
import type { EventBody } from "../../src/run.ts";
import { createFakeEngine, RUN_ID } from "./fake_engine.ts";
import { cli, fakeWorld, type FakeWorldOptions, named, settle } from "./fake_world.ts";
import { runCli } from "../../src/cli/cli.ts";

const SCRIPT = { "/project/review.js": "export const meta = {}" };

function worldOf(options: FakeWorldOptions & { fake?: Parameters<typeof createFakeEngine>[0] } = {}) {
  const engine = createFakeEngine(options.fake);
  return { engine, options: { files: SCRIPT, engine, ...options } };
}

Deno.test("a text result goes to stdout alone and verbatim, with a last line break", async () => {
  const { options } = worldOf({ fake: { record: { result: "line\x1b[31m 1\nline 2" } } });
  const { code, out, err } = await cli(["run", "review.js"], options);
  assert.equal(code, 0);
  assert.equal(out, "line\x1b[31m 1\nline 2\n");
  assert.match(
    err,
    new RegExp(`completed · 3 agents done · 12\\.3k in 678 out tokens · cost \\$0\\.12 · 1m 04s · run ${RUN_ID}`),
  );
});

Deno.test("a text result on a terminal cannot send it an escape sequence", async () => {
  const { options } = worldOf({ fake: { record: { result: "a\x1b]0;title\x07\n\tb\x9b2J\u202ec" } } });
  const { out } = await cli(["run", "review.js"], { ...options, stdoutIsTerminal: true });
  assert.equal(out, "a␛]0;title␇\n\tb\\u009b2J\\u202ec\n");
});

Deno.test("a result that is no text is printed as readable JSON", async () => {
  const { options } = worldOf({ fake: { record: { result: { files: ["a"] } } } });
  assert.equal((await cli(["run", "review.js"], options)).out, '{\n  "files": [\n    "a"\n  ]\n}\n');
});

const EVENTS: EventBody[] = [
  { type: "phase_started", title: "Scan\x1b[2J" },
  { type: "phase_started", title: "Scan\x1b[2J" },
  { type: "log_written", level: "info", message: "found 3\nfiles" },
  { type: "log_written", level: "debug", message: "noise" },
  { type: "failure_recorded", failure: { label: "scan b", phase: "Scan", reason: "refused" } },
];

Deno.test("without a terminal, a run at work says every half a minute how its agents stand, so that no CI job is silent", async () => {
  const step = (label: string): EventBody => ({
    type: "step_started",
    step: label,
    request: { prompt: label },
    handling: { label },
    model: "m/x",
  } as EventBody);
  const events: EventBody[] = ["a", "b", "c", "d", "e"].map(step);
  events.push({ type: "step_skipped", step: "a" });
  const { options, engine } = worldOf({ fake: { events, neverEnds: true } });
  const world = fakeWorld(options);
  const running = runCli(["run", "review.js"], world);
  await settle();
  world.tick(30_000);
  await settle();
  assert.match(world.stderr.text, /· 0 agents done, 4 running: \[b\], \[c\], \[d\] and 1 more · 30s\n/);
  engine.end({ status: "completed" });
  await running;
  const before = world.stderr.text;
  world.tick(30_000);
  assert.equal(world.stderr.text, before);
});

Deno.test("without a terminal, progress is one plain line a phase, log and failure, free of control characters", async () => {
  const { options } = worldOf({
    fake: { events: EVENTS, record: { failures: [{ label: "scan b", phase: null, reason: "refused" }] } },
  });
  const { err, out } = await cli(["run", "review.js"], options);
  assert.deepEqual(err.split("\n").slice(0, -2), [
    `run ${RUN_ID}: review`,
    "phase: Scan␛[2J",
    "· found 3",
    "  files",
    "✗ scan b failed: refused",
  ]);
  assert.match(err, /completed with 1 failure · /);
  assert.equal(out, "all good\n");
});

Deno.test("--quiet drops progress and summary, and keeps failures, errors and warnings", async () => {
  const failures = [{ label: "scan b", phase: null, reason: "refused" }];
  const { options } = worldOf({ fake: { events: EVENTS, record: { failures } } });
  const { err } = await cli(["run", "review.js", "-q"], { ...options, warnings: ["the config is odd"] });
  assert.equal(err, "warning: the config is odd\n✗ scan b failed: refused\n");
});

Deno.test("a failed run exits 1 with its error and the script's stack, and prints no result", async () => {
  const error = {
    name: "TypeError",
    message: "x is not a function",
    stack: "TypeError: x is not a function\n    at review.js:3:7",
    code: "script_failed" as const,
  };
  const { options } = worldOf({ fake: { record: { status: "failed", reason: error.message, result: null, error } } });
  const { code, out, err } = await cli(["run", "review.js"], options);
  assert.equal(code, 1);
  assert.equal(out, "");
  assert.match(err, /error: TypeError: x is not a function\n {4}at review\.js:3:7\nfailed · /);
});

Deno.test("exit codes: paused 3, cancelled 130, failures 0, and 4 under --strict", async () => {
  const codeOf = async (record: object, ...flags: string[]) => {
    const { options } = worldOf({ fake: { record } });
    return (await cli(["run", "review.js", ...flags], options)).code;
  };
  assert.equal(await codeOf({ status: "paused", reason: "budget" }), 3);
  assert.equal(await codeOf({ status: "waiting", reason: "which one?" }), 3);
  assert.equal(await codeOf({ status: "cancelled" }), 130);
  assert.equal(await codeOf({ failedAgents: 1 }), 0);
  assert.equal(await codeOf({ failedAgents: 1 }, "--strict"), 4);
  assert.equal(await codeOf({ failures: [{ label: "parallel[0]", phase: null, reason: "x" }] }, "--strict"), 4);
  assert.equal(await codeOf({}, "--strict"), 0);
});

Deno.test("--output json prints exactly one document", async () => {
  const failures = [{ label: "a", phase: "P", reason: "r\u009b" }];
  const { options } = worldOf({ fake: { record: { result: { n: 1 }, failures } } });
  const { out } = await cli(["run", "review.js", "--output", "json"], options);
  assert.equal(out.includes("\u009b"), false);
  assert.deepEqual(JSON.parse(out), {
    runId: RUN_ID,
    status: "completed",
    result: { n: 1 },
    failures,
    census: { done: 3, failed: 0, skipped: 0, cached: 0, empty: 0 },
    usage: { agents: 3, cachedAgents: 0, inputTokens: 12_345, outputTokens: 678, costUsd: 0.12 },
    durationMs: 64_000,
  });
});

Deno.test("a launch error exits 2, and --output json still prints the failed document", async () => {
  const launchError = new OdwError("script_invalid", "review.js:1:8: import is not allowed", { name: "SyntaxError" });
  const { options } = worldOf({ fake: { launchError } });
  const { code, out, err } = await cli(["run", "review.js", "--output", "json"], options);
  assert.equal(code, 2);
  const document = JSON.parse(out);
  assert.equal(document.status, "failed");
  assert.equal(document.runId, null);
  assert.equal(document.usage.agents, 0);
  assert.deepEqual(document.error, {
    name: "SyntaxError",
    message: "review.js:1:8: import is not allowed",
    code: "script_invalid",
  });
  assert.match(err, /^error: review\.js:1:8: import is not allowed\n$/);
});

Deno.test("a missing file under --output json and stream-json is told in JSON too", async () => {
  assert.equal(JSON.parse((await cli(["run", "no.js", "--output", "json"])).out).error.code, "usage");
  assert.equal(JSON.parse((await cli(["run", "no.js", "--output", "stream-json"])).out).type, "run_failed");
});

Deno.test("--output stream-json prints every event in full, one object a line", async () => {
  const { engine, options } = worldOf({ fake: { events: EVENTS } });
  const { out } = await cli(["run", "review.js", "--output", "stream-json"], options);
  const lines = out.trimEnd().split("\n").map((line) => JSON.parse(line));
  assert.deepEqual(lines.map(({ type, seq }) => [seq, type]), [
    [1, "phase_started"],
    [2, "phase_started"],
    [3, "log_written"],
    [4, "log_written"],
    [5, "failure_recorded"],
  ]);
  assert.equal(lines[0].runId, RUN_ID);
  assert.equal(engine.followed[0]?.detail, "full");
});

Deno.test("events written just before a pause reach stdout", async () => {
  const { engine, options } = worldOf({ fake: { events: EVENTS, record: { status: "paused", reason: "budget" } } });
  const { out } = await cli(["run", "review.js", "--output", "stream-json"], options);
  assert.equal(out.trimEnd().split("\n").length, 5);
  assert.equal(engine.followed.every(({ after }) => after === 0 || after === 5), true);
});

Deno.test("a run that has ended is reported even when following it does not end", async () => {
  const { options } = worldOf({ fake: { events: EVENTS, followsOn: true } });
  const { code, err } = await cli(["run", "review.js"], options);
  assert.equal(code, 0);
  assert.match(err, /phase: Scan.*completed · /s);
});

Deno.test("simulated answers and warnings are said once on stderr", async () => {
  const { options } = worldOf();
  const { err, out } = await cli(["run", "review.js", "-q"], { ...options, simulated: true });
  assert.equal(out, "all good\n");
  assert.match(
    err,
    /^warning: no model provider is configured, so all answers are simulated; set ANTHROPIC_API_KEY.*config\.json\n$/,
  );
});

Deno.test("a reader of stdout that goes away does not end the run", async () => {
  for (const error of [named("BrokenPipe"), Object.assign(new Error("x"), { code: "EPIPE" })]) {
    const { options } = worldOf();
    const { code, err } = await cli(["run", "review.js"], { ...options, stdoutError: error });
    assert.equal(code, 0);
    assert.match(err, /completed/);
  }
});

Deno.test("a result that cannot be written is an error that names the run, not silence", async () => {
  const { options } = worldOf();
  const { code, err } = await cli(["run", "review.js", "--output", "json"], {
    ...options,
    stdoutError: new Error("No space left"),
  });
  assert.equal(code, 1);
  assert.match(err, new RegExp(`cannot write to standard output: No space left.*odw show ${RUN_ID}`));
});

Deno.test("errors of the configuration exit 2", async () => {
  const connectError = new OdwError("config", "/users/me/.odw/config.json:3:5: expected a comma");
  const { code, err } = await cli(["run", "review.js"], { files: SCRIPT, connectError });
  assert.equal(code, 2);
  assert.equal(err, "error: /users/me/.odw/config.json:3:5: expected a comma\n");
});

Deno.test("Ctrl-C cancels the run, says how to go on, and exits 130", async () => {
  const { engine, options } = worldOf({ fake: { runsUntilCancelled: true } });
  const world = fakeWorld(options);
  const code = runCli(["run", "review.js"], world);
  await settle();
  world.interrupt();
  assert.equal(await code, 130);
  assert.deepEqual(engine.cancelled, [RUN_ID]);
  assert.match(world.stderr.text, /cancelling; press Ctrl-C again to stop at once\n/);
  assert.match(
    world.stderr.text,
    new RegExp(`cancelled · .*\nwhat was done is recorded, go on with: odw resume ${RUN_ID}\n$`),
  );
  assert.equal(world.stdout.text, "");
});

Deno.test("a second Ctrl-C ends the process at once, even when nothing answers", async () => {
  const { options } = worldOf({ fake: { neverEnds: true } });
  const world = fakeWorld({ ...options, stderrIsTerminal: true });
  const code = runCli(["run", "review.js"], world);
  await settle();
  world.interrupt();
  world.interrupt();
  assert.equal(await code, 130);
  assert.deepEqual(world.exits, [130]);
  assert.match(world.stderr.text, new RegExp(`odw resume ${RUN_ID}\n$`));
});

Deno.test("Ctrl-C while the engine still starts exits 130, and JSON says so", async () => {
  const world = fakeWorld({ files: SCRIPT, hangs: true });
  const code = runCli(["run", "review.js", "--output", "json"], world);
  await settle();
  world.interrupt();
  assert.equal(await code, 130);
  assert.equal(JSON.parse(world.stdout.text).error.code, "aborted");
});

Deno.test("progress that breaks is said, and the run goes on", async () => {
  const { engine, options } = worldOf();
  engine.follow = () => Promise.reject(new OdwError("store", "the database is locked"));
  const { code, out, err } = await cli(["run", "review.js"], options);
  assert.equal(code, 0);
  assert.equal(out, "all good\n");
  assert.match(err, /warning: progress cannot be shown any more: the database is locked; the run goes on/);
});
