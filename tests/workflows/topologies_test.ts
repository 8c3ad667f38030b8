// Every built-in workflow, in the real sandbox: with answers of the right shape, with agents that fail, and with arguments that are wrong.
import assert from "node:assert/strict";
import type { AgentRequest } from "../../src/agent.ts";
import type { Json } from "../../src/json.ts";
import { sampleOf } from "../../src/provider/schema_sample.ts";
import { seededRandom } from "../../src/provider/seeded_random.ts";
import { upperTokens } from "../../src/provider/estimate.ts";
import { builtInWorkflows } from "../../src/workflows.ts";
import { type Answer, emptyTold, runText, type Told } from "../sandbox/fake_host.ts";

const textOf = (name: string) => builtInWorkflows.find((workflow) => workflow.name === name)?.text ?? "";

const sampled: Answer = ({ prompt, schema }: AgentRequest): Json => {
  if (schema === undefined) return "a note of some words";
  return sampleOf(schema as never, { random: seededRandom(prompt), words: ["some", "words"] });
};

async function run(name: string, args: Json, answer: Answer = sampled): Promise<{ result: Json; told: Told }> {
  const told = emptyTold();
  const workflow = async (given: Json | undefined) => {
    const ref = told.workflows.at(-1)?.ref;
    return (await run(ref && "name" in ref ? ref.name : "", given ?? null, answer)).result;
  };
  return { result: await runText(textOf(name), { args, answer, workflow }, told), told };
}

const GOOD: [string, Json][] = [
  ["map-reduce", { task: "t", items: ["a", "b", "c"] }],
  ["pipeline", { task: "t", items: ["a", "b"], stages: ["one", "two"], check: "it is good" }],
  ["pipeline", { task: "t" }],
  ["adversarial", { task: "t" }],
  ["consensus", { task: "t", choices: ["yes", "no"] }],
  ["tree-search", { task: "t", depth: 2 }],
  ["hybrid", { task: "t", items: ["a", "b"], choices: ["yes", "no"] }],
  ["hybrid", { task: "t", items: ["a", "b"], stages: ["one"] }],
  ["hybrid", { task: "t", items: ["a", "b"], search: true }],
  ["code-audit", { files: [{ path: "a.ts", text: "let a = 1;\n".repeat(900) }], contextTokens: 4096 }],
  ["bug-hunt", { files: [{ path: "a.ts", text: "let a = 1;" }] }],
  ["code-review", { diff: "diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n" }],
  ["compare", { options: ["a", "b"] }],
  ["deep-research", { question: "why?" }],
];

for (const [name, args] of GOOD) {
  Deno.test(`${name} ${JSON.stringify(args)} comes to an end with answers of the right shape`, async () => {
    const { result } = await run(name, args);
    assert.ok(result !== null && typeof result === "object");
  });

  Deno.test(`${name} ${JSON.stringify(args)} fails with its own words when every agent fails`, async () => {
    await assert.rejects(run(name, args, () => null), /failures of this run|fewer|only 0 of|without a majority/);
  });
}

for (const name of ["migrate", "test-writer"]) {
  Deno.test(`${name} without permission to write names the flag, before any agent`, async () => {
    const told = emptyTold();
    const args = { task: "t", items: ["a.ts"] };
    await assert.rejects(
      runText(textOf(name), { args }, told),
      /needs? write_file, which is not permitted: add --allow-write/,
    );
    assert.equal(told.requests.length, 0);
  });
}

for (const name of ["map-reduce", "pipeline", "adversarial", "consensus", "tree-search", "hybrid"]) {
  Deno.test(`${name} without a task says what it wants, with an example, before any agent`, async () => {
    const told = emptyTold();
    await assert.rejects(runText(textOf(name), { args: { items: ["a"] } }, told), (error: Error) => {
      assert.match(error.message, new RegExp(`^${name}: task must be a text, found none. Example: odw run ${name} `));
      return true;
    });
    assert.equal(told.requests.length, 0);
  });
}

Deno.test("map-reduce over 10,000 items sends no prompt above a context of 4096 tokens, and every item once", async () => {
  const items = Array.from({ length: 10_000 }, (_, index) => `item <${index}> ${"word ".repeat(index % 40)}`);
  const long: Answer = () => "long answer ".repeat(2000);
  const { result, told } = await run("map-reduce", { task: "Which are odd?", items, contextTokens: 4096 }, long);
  assert.equal((result as { parts: number }).parts, 10_000);
  const largest = Math.max(...told.requests.map(({ prompt }) => upperTokens(prompt)));
  assert.ok(largest < 4096 * 0.65, `${largest} tokens`);
  const seen = told.requests.flatMap(({ prompt }) =>
    [...prompt.matchAll(/item <(\d+)>/g)].map((found) => Number(found[1]))
  );
  assert.deepEqual(seen, items.map((_, index) => index));
});

Deno.test("consensus tells a tie from a vote and gives the tie-break the last word", async () => {
  const choice = (index: number) => index % 2 === 0 ? "yes" : "no";
  const answer: Answer = (_request, { label }, index) => {
    return { reason: "r", choice: label === "tie-break" ? "no" : choice(index), confidence: 1 };
  };
  const evaluators = ["a", "b", "c", "d"];
  const { result } = await run("consensus", { task: "t", choices: ["yes", "no"], evaluators }, answer);
  assert.equal((result as { choice: string }).choice, "no");
  assert.equal((result as { decidedBy: string }).decidedBy, "tie-break");
  assert.equal((result as { agreement: number }).agreement, 0.5);
});

Deno.test("adversarial never calls an answer verified when a critic died", async () => {
  const answer: Answer = ({ schema }, { label }) => {
    if (label === "critic 2, round 1") return null;
    return schema === undefined ? "answer" : { objections: [] };
  };
  const { result } = await run("adversarial", { task: "t" }, answer);
  assert.equal((result as { isVerified: boolean }).isVerified, false);
  assert.equal((result as { unverified: number }).unverified, 1);
});

Deno.test("pipeline sends an item back with what is wrong, at most as often as it may", async () => {
  const answer: Answer = ({ schema }) => schema === undefined ? "work" : { isDone: false, problem: "too short" };
  const { told } = await run("pipeline", { task: "t", items: ["a"], stages: ["s"], check: "long", retries: 2 }, answer);
  const labels = told.handlings.map(({ label }) => label);
  assert.deepEqual(labels, ["a: stage 1", "a: check 1", "a: stage 1", "a: check 2", "a: stage 1", "a: check 3"]);
  assert.ok(told.requests[2]?.prompt.includes("too short"));
});
