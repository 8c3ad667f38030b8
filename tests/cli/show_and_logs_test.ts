// Promises of `odw show` and `odw logs`.
import assert from "node:assert/strict";
import { noUsage } from "../../src/provider.ts";
import type { EventBody } from "../../src/run.ts";
import { widthOf } from "../../src/cli/text_width.ts";
import { runCli } from "../../src/cli/cli.ts";
import { createFakeEngine, runRecord, step } from "./fake_engine.ts";
import { cli, fakeWorld, settle } from "./fake_world.ts";

const STEPS = [
  step(),
  step({
    id: "aaaa2222#0",
    label: "review b.ts",
    status: "failed",
    value: null,
    attempts: 5,
    error: { name: "OdwError", message: "the answer did not fit" },
    rawText: "{bad",
  }),
  step({
    id: "bbbb3333#0",
    label: null,
    phase: null,
    request: { prompt: "Write\x1b[31m it up", effort: "high" },
    value: { ok: true },
  }),
];

Deno.test("show of an unknown run exits 2", async () => {
  const { code, err } = await cli(["show", "nope"], { engine: createFakeEngine() });
  assert.equal(code, 2);
  assert.match(err, /there is no run "nope"/);
});

Deno.test("show prints phases, steps, failures and the result, on 80 columns, without control characters", async () => {
  const record = {
    failures: [{ label: "review b.ts", phase: "Review", reason: "long ".repeat(40) }],
    result: "word ".repeat(60),
  };
  const { code, out } = await cli(["show", "last"], { engine: createFakeEngine({ record, steps: STEPS }) });
  assert.equal(code, 0);
  assert.equal(out.split("\n").every((line) => widthOf(line) <= 80), true, out);
  assert.equal(out.includes("\x1b"), false);
  for (
    const part of [
      "Review  2 agents",
      "✓ review a.ts",
      "prompt Review the file a.ts",
      "answer looks fine",
      "5 attempts",
    ]
  ) {
    assert.ok(out.includes(part), part);
  }
  assert.match(out, /✗ review b\.ts.*failed/);
  assert.match(out, /error {2}the answer did not fit/);
  assert.match(out, /\(no phase\)/);
  assert.match(out, /\nFailures\n.*✗ review b\.ts failed: long long/);
  assert.match(out, /\nResult\n {2}word word/);
});

Deno.test("show --step finds a step by id, by the beginning of one, and by label", async () => {
  const engine = createFakeEngine({ steps: STEPS });
  const show = async (ref: string) => (await cli(["show", "last", "--step", ref, "--json"], { engine })).out;
  assert.deepEqual(JSON.parse(await show("aaaa1111#0")), [STEPS[0]]);
  assert.deepEqual(JSON.parse(await show("bbbb")), [STEPS[2]]);
  assert.deepEqual(JSON.parse(await show("review b.ts")), [STEPS[1]]);
});

Deno.test("show --step explains a failed step in full", async () => {
  const { out } = await cli(["show", "last", "--step", "review b.ts"], { engine: createFakeEngine({ steps: STEPS }) });
  assert.match(out, /Attempts {2}5/);
  assert.match(out, /Line {6}4\n/);
  assert.match(out, /\nPrompt\n {2}Review the file a\.ts/);
  assert.match(out, /\nError\n {2}the answer did not fit/);
  assert.match(out, /\nLast reply\n {2}\{bad/);
});

Deno.test("show --step refuses an ambiguous beginning and an unknown label, with what is near", async () => {
  const engine = createFakeEngine({ steps: STEPS });
  const ambiguous = await cli(["show", "last", "--step", "aaaa"], { engine });
  assert.equal(ambiguous.code, 2);
  assert.match(ambiguous.err, /"aaaa" begins 2 step ids \(aaaa1111#0, aaaa2222#0/);
  const unknown = await cli(["show", "last", "--step", "reviw a.ts"], { engine });
  assert.equal(unknown.code, 2);
  assert.match(unknown.err, /has no step "reviw a\.ts"; did you mean review a\.ts/);
});

Deno.test("show --json gives the whole record with its steps", async () => {
  const { out } = await cli(["show", "last", "--json"], { engine: createFakeEngine({ steps: STEPS }) });
  assert.deepEqual(JSON.parse(out), { ...runRecord(), steps: STEPS });
});

const EVENTS: EventBody[] = [
  { type: "run_created", spec: runRecord().spec },
  { type: "run_started" },
  { type: "phase_started", title: "Review" },
  { type: "step_started", step: "k#0", request: { prompt: "" }, handling: { label: "a.ts" }, model: "sim/x" },
  { type: "step_retried", step: "k#0", attempt: 1, reason: "overloaded\x1b[2J", waitMs: 2000 },
  {
    type: "step_completed",
    step: "k#0",
    value: null,
    model: "sim/x",
    attempts: 2,
    usage: { ...noUsage(), inputTokens: 10 },
    costUsd: null,
    durationMs: 1500,
  },
  { type: "run_completed", result: null, usage: runRecord().usage, durationMs: 2000 },
];

Deno.test("logs prints one timed line for each event and does not wait for a run that goes on", async () => {
  const engine = createFakeEngine({ events: EVENTS, neverEnds: true });
  const { code, out } = await cli(["logs", "last"], { engine });
  assert.equal(code, 0);
  const lines = out.trimEnd().split("\n").map((line) => line.replace(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d {2}/, ""));
  assert.deepEqual(lines, [
    "run created: review (/project/review.js)",
    "run started",
    "phase: Review",
    "[a.ts] started (sim/x)",
    "[a.ts] tries again in 2.0s: call 1: overloaded␛[2J",
    "[a.ts] completed after 1.5s, 10 in 0 out tokens, cost unknown",
    "run completed after 2.0s, 3 agents",
  ]);
});

Deno.test("logs -f goes on until the run ends, and Ctrl-C leaves it", async () => {
  const engine = createFakeEngine({ events: EVENTS, neverEnds: true });
  const world = fakeWorld({ engine });
  let isDone = false;
  const code = runCli(["logs", "last", "-f"], world).finally(() => isDone = true);
  await settle();
  assert.equal(isDone, false);
  assert.match(world.stdout.text, /run started/);
  world.interrupt();
  assert.equal(await code, 0);
  assert.deepEqual(engine.cancelled, []);
});

Deno.test("logs --json prints the events themselves", async () => {
  const { out } = await cli(["logs", "last", "--json"], { engine: createFakeEngine({ events: EVENTS }) });
  assert.deepEqual(out.trimEnd().split("\n").map((line) => JSON.parse(line).type), EVENTS.map(({ type }) => type));
});
