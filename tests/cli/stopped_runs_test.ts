// Promises of what is said when a run stands still or ends with agents that gave nothing: the reason, and the command that goes on.
import assert from "node:assert/strict";
import type { RunRecord } from "../../src/run.ts";
import { createFakeEngine, RUN_ID, runRecord, step } from "./fake_engine.ts";
import { cli } from "./fake_world.ts";

const SCRIPT = { "/project/review.js": "export const meta = {}" };
const LIMITS = runRecord().spec.limits;

async function stopped(record: Partial<RunRecord>, ...flags: string[]) {
  return await cli(["run", "review.js", ...flags], { files: SCRIPT, engine: createFakeEngine({ record }) });
}

function limited(limits: Partial<RunRecord["spec"]["limits"]>): Pick<RunRecord, "spec"> {
  return { spec: { ...runRecord().spec, limits: { ...LIMITS, ...limits } } };
}

const PAUSES: [promise: string, record: Partial<RunRecord>, command: string][] = [
  [
    "a token budget",
    {
      reason: "Workflow token budget exceeded (9 / 10000 tokens): raise it with --budget-tokens",
      ...limited({ tokens: 10_000 }),
    },
    `odw resume ${RUN_ID} --budget-tokens 20000`,
  ],
  [
    "a cost budget",
    { reason: "Workflow cost budget exceeded ($0.3 / $0.3): raise it with --budget-usd", ...limited({ costUsd: 0.3 }) },
    `odw resume ${RUN_ID} --budget-usd 0.6`,
  ],
  [
    "a cost budget that is too small for the next call",
    {
      reason:
        "Workflow cost budget exceeded ($0.1000 / $0.1): the next call may cost $20.0500; raise it with --budget-usd",
      ...limited({ costUsd: 0.1 }),
    },
    `odw resume ${RUN_ID} --budget-usd 25`,
  ],
  [
    "a token budget that is too small for the next call",
    {
      reason:
        "Workflow token budget exceeded (5 / 10 tokens): the next call may use 700 more; raise it with --budget-tokens",
      ...limited({ tokens: 10 }),
    },
    `odw resume ${RUN_ID} --budget-tokens 1410`,
  ],
  [
    "a budget without its flag",
    { reason: "hard budget: 10 tokens", ...limited({ tokens: 10 }) },
    `odw resume ${RUN_ID} --budget-tokens 20`,
  ],
  ["a budget of an unknown limit", { reason: "budget used up" }, `odw resume ${RUN_ID}`],
  ["a quota", { reason: "the quota of anthropic is exhausted" }, `odw resume ${RUN_ID}`],
];

for (const [promise, record, command] of PAUSES) {
  Deno.test(`a run paused by ${promise} exits 3 with the reason and the exact command that goes on, even when quiet`, async () => {
    for (const flags of [[], ["--quiet"]]) {
      const { code, err, out } = await stopped({ status: "paused", result: null, ...record }, ...flags);
      assert.equal(code, 3);
      assert.equal(out, "");
      assert.ok(err.includes(`paused: ${record.reason}\n`), err);
      assert.ok(err.endsWith(`go on with: ${command}\n`), err);
    }
  });
}

Deno.test("a pause until a known time names it, in words and in JSON", async () => {
  const record = { status: "paused" as const, result: null, reason: "quota", resumesAt: "2026-11-22T15:00:00.000Z" };
  const { err, out } = await stopped(record, "--output", "json");
  assert.match(err, /paused: quota; can go on at 2026-11-22T15:00:00\.000Z\n/);
  const document = JSON.parse(out);
  assert.deepEqual([document.status, document.reason, document.resumesAt], ["paused", "quota", record.resumesAt]);
});

Deno.test("a run that left at its question tells the question, how to answer and how to go on", async () => {
  const question = { key: "q#1", text: "Ship\nit?", choices: ["yes", "no"] };
  const record = { status: "waiting" as const, result: null, reason: "Ship it?", question };
  const { code, err, out } = await stopped(record, "--output", "json");
  assert.equal(code, 3);
  assert.match(err, /waiting for an answer: Ship it\? \(yes, no\)\n/);
  assert.match(
    err,
    new RegExp(`answer with: odw respond ${RUN_ID} <answer>, then go on with: odw resume ${RUN_ID}\n$`),
  );
  assert.deepEqual(JSON.parse(out).question, question);
});

const LIMIT_ERRORS: [message: string, record: Partial<RunRecord>, command: string][] = [
  ["agent() call cap reached (1000): raise it with --max-agents", {}, "--max-agents 2000"],
  ["the run did not end within 90 s: raise it with --timeout", limited({ timeoutMs: 90_000 }), "--timeout 180s"],
];

for (const [message, record, command] of LIMIT_ERRORS) {
  Deno.test(`a run that failed at a limit is told to go on with ${command}`, async () => {
    const { code, err } = await stopped({ status: "failed", result: null, error: { name: "E", message }, ...record });
    assert.equal(code, 1);
    assert.ok(err.endsWith(`go on with: odw resume ${RUN_ID} ${command}\n`), err);
  });
}

Deno.test("a completed run with failed, skipped and empty agents says so on the last line and in JSON", async () => {
  const census = { done: 5, failed: 2, skipped: 1, cached: 3, empty: 1 };
  const failures = [{ label: "scan b", phase: null, reason: "refused" }];
  const { code, err, out } = await stopped({ census, failures, failedAgents: 2 }, "--output", "json", "--strict");
  assert.equal(code, 4);
  assert.match(err, /completed with 2 failures · 5 agents done \(3 cached, 1 empty\), 2 failed, 1 skipped · /);
  assert.deepEqual(JSON.parse(out).census, census);
});

Deno.test("a document of a run that never started counts nobody", async () => {
  const { out } = await cli(["run", "no.js", "--output", "json"]);
  assert.deepEqual(JSON.parse(out).census, { done: 0, failed: 0, skipped: 0, cached: 0, empty: 0 });
});

Deno.test("show tells of a paused run why it stands and how to go on", async () => {
  const record = { status: "paused" as const, result: null, reason: "asked for" };
  const { out } = await cli(["show", "last"], { engine: createFakeEngine({ record }) });
  assert.match(out, /Status {4}paused: asked for\n/);
  assert.match(out, new RegExp(`Go on {5}odw resume ${RUN_ID}\n`));
});

Deno.test("show --step explains a null: what failed, after how many attempts, and the model's own text", async () => {
  const failed = step({
    status: "failed",
    value: null,
    attempts: 5,
    error: { name: "OdwError", code: "schema_invalid", message: "'n' is missing" },
    rawText: '{"m": 1}',
  });
  const skipped = step({ label: "b", status: "skipped", value: null });
  const interrupted = step({ label: "c", status: "interrupted", value: null });
  const engine = createFakeEngine({ steps: [failed, skipped, interrupted] });
  const page = async (label: string) => (await cli(["show", "last", "--step", label], { engine })).out;
  assert.match(
    await page("review a.ts"),
    /Answer {4}none: failed after 5 attempts \(schema_invalid\), see Error\n.*\nError\n {2}'n' is missing\n\nLast reply\n {2}\{"m": 1\}\n/s,
  );
  assert.match(await page("b"), /Answer {4}null: the agent was skipped by odw skip\n/);
  assert.match(await page("c"), /Answer {4}none: the run stopped while the agent worked; odw resume runs it again\n/);
});
