import assert from "node:assert/strict";
import type { AgentResult } from "../../src/agent.ts";
import { OdwError } from "../../src/errors.ts";
import { type Earlier, openCensus } from "../../src/engine/census.ts";
import { noUsage } from "../../src/provider.ts";
import type { RunLimits } from "../../src/run.ts";

const LIMITS: RunLimits = { concurrency: 16, agents: 3, tokens: null, costUsd: null, timeoutMs: null, hard: false };

function result(inputTokens: number, outputTokens: number, costUsd: number | null): AgentResult {
  const usage = { ...noUsage(), inputTokens, outputTokens };
  return { status: "completed", value: "", attempts: 1, usage, costUsd, model: "a/b" };
}

Deno.test("the agent cap refuses the call after the last one, by name", () => {
  const census = openCensus(LIMITS, "meta", null);
  for (let i = 0; i < 3; i++) census.admit();
  assert.throws(() => census.admit(), (error) => {
    assert.ok(error instanceof OdwError);
    assert.equal(error.name, "WorkflowAgentCapError");
    assert.match(error.message, /^Workflow agent\(\) call cap reached \(3\)/);
    return true;
  });
  census.refund();
  census.admit();
});

Deno.test("dialect A's token budget counts output, dialect B's input and output", () => {
  for (const [dialect, spent] of [["meta", 20], ["execute", 120]] as const) {
    const census = openCensus({ ...LIMITS, tokens: spent }, dialect, null);
    census.checkBudget();
    census.addResult(result(100, 20, 0));
    assert.equal(census.shown().spentTokens, spent);
    assert.throws(
      () => census.checkBudget(),
      /^WorkflowBudgetExceededError: Workflow token budget exceeded \(\d+ \/ \d+/,
    );
  }
});

Deno.test("a budget warns once, at 80 %", () => {
  const census = openCensus({ ...LIMITS, costUsd: 1 }, "meta", null);
  assert.deepEqual(census.addResult(result(1, 1, 0.7)), []);
  assert.equal(census.addResult(result(1, 1, 0.15))[0]?.type, "budget_warned");
  assert.deepEqual(census.addResult(result(1, 1, 0.1)), []);
});

Deno.test("one unknown price makes the run's cost unknown, never lower", () => {
  const census = openCensus(LIMITS, "meta", null);
  census.addResult(result(1, 1, 0.5));
  census.addResult(result(1, 1, null));
  census.addResult(result(1, 1, 0.5));
  assert.equal(census.usage().costUsd, null);
  assert.equal(census.shown().spentCostUsd, 1);
});

const EARLIER: Earlier = {
  usage: { agents: 5, cachedAgents: 0, inputTokens: 10, outputTokens: 90, costUsd: 1 },
  calls: 4,
  knownCostUsd: 1,
};

Deno.test("what earlier parts of a run used stands in its totals, and a recorded answer is counted once", () => {
  const census = openCensus(LIMITS, "meta", EARLIER);
  census.addReplay();
  census.addResult(result(1, 10, 1));
  assert.deepEqual(census.usage(), { agents: 6, cachedAgents: 1, inputTokens: 11, outputTokens: 100, costUsd: 2 });
});

Deno.test("a run has one token budget over all its parts", () => {
  const census = openCensus({ ...LIMITS, tokens: 100 }, "meta", EARLIER);
  census.checkBudget();
  census.addResult(result(1, 10, 1));
  assert.throws(() => census.checkBudget(), /budget exceeded \(100 \/ 100 output tokens\)/);
  assert.deepEqual([census.shown().spentTokens, census.earlierTokens], [10, 90]);
});

Deno.test("dialect B's budget shows what all parts of the run spent", () => {
  const census = openCensus({ ...LIMITS, tokens: 1000 }, "execute", EARLIER);
  census.addResult(result(1, 10, 1));
  assert.deepEqual(census.shown(), { spentTokens: 111, spentCostUsd: 2 });
});

Deno.test("a run has one cost budget over all its parts, also where one model's price was unknown", async () => {
  const bound = { inputTokens: 0, outputTokens: 0, costUsd: 0.6 };
  const left = openCensus({ ...LIMITS, costUsd: 1.5 }, "meta", EARLIER);
  await assert.rejects(left.reserve!(bound), /\$1\.0000 \/ \$1\.5.*\$0\.6000/);
  const unknown = openCensus({ ...LIMITS, costUsd: 1.5 }, "meta", {
    ...EARLIER,
    usage: { ...EARLIER.usage, costUsd: null },
  });
  await assert.rejects(unknown.reserve!(bound), /\$1\.0000 \/ \$1\.5/);
});

Deno.test("a run has one cap of agents over all its parts: recorded answers were calls of it", () => {
  const census = openCensus({ ...LIMITS, agents: 5 }, "meta", EARLIER);
  census.admit();
  assert.throws(() => census.admit(), /call cap reached \(5\)/);
});
