// No prompt of a built-in workflow is above the context it was given, whatever the size, the script and the length of the answers.
import assert from "node:assert/strict";
import type { AgentRequest } from "../../src/agent.ts";
import type { Json } from "../../src/json.ts";
import { upperTokens } from "../../src/provider/estimate.ts";
import { sampleOf } from "../../src/provider/schema_sample.ts";
import { seededRandom } from "../../src/provider/seeded_random.ts";
import { builtInWorkflows } from "../../src/workflows.ts";
import { type Answer, emptyTold, runText, type Told } from "../sandbox/fake_host.ts";

const CONTEXT = 4096;
const textOf = (name: string) => builtInWorkflows.find((workflow) => workflow.name === name)?.text ?? "";

/** Answers that are far longer than anybody asked for, in the alphabet of the input. */
function wordy(word: string): Answer {
  return ({ prompt, schema }: AgentRequest): Json => {
    if (schema === undefined) return `${word} `.repeat(4000);
    return sampleOf(schema as never, { random: seededRandom(prompt), words: [`${word} `.repeat(60)] });
  };
}

async function run(name: string, args: Json, answer: Answer): Promise<{ result: Json; told: Told }> {
  const told = emptyTold();
  return { result: await runText(textOf(name), { args, answer }, told), told };
}

function callsOf(word: string): Record<string, Json> {
  const long = `${word} `.repeat(5000);
  const file = { path: "a.ts", text: `${`${word} `.repeat(15)}\n`.repeat(400) };
  const files = [file, { path: "one-line.ts", text: long }];
  const lines = `+${word} ${word}\n`.repeat(900);
  return {
    "map-reduce": { task: word.repeat(20), files },
    "pipeline": { task: long, items: [long, "b"], stages: [long, "two"], check: long, retries: 1 },
    "adversarial": { task: long, context: long, critics: [long, "b"], rounds: 2 },
    "consensus": { task: long, items: [long], choices: [long, `no ${long}`], evaluators: [long, "b", "c"] },
    "tree-search": { task: long, criteria: long, items: [long] },
    "summarize": { question: long, files },
    "deep-research": { question: long },
    "compare": { options: [long, `no ${long}`, "c"], criteria: [long, "cost"], context: long },
    "code-audit": { focus: long, files },
    "bug-hunt": { symptom: long, files, rounds: 2 },
    "code-review": { focus: long, diff: `diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -0,0 +1,900 @@\n${lines}` },
  };
}

for (const word of ["word", "слово", "単語"]) {
  for (const [name, args] of Object.entries(callsOf(word))) {
    Deno.test(`${name} over long input of "${word}" sends no prompt above ${CONTEXT} tokens`, async () => {
      const { told } = await run(name, { ...args as object, contextTokens: CONTEXT }, wordy(word));
      const sizes = told.requests.map(({ prompt, system }) => upperTokens(`${prompt}${system ?? ""}`));
      assert.ok(sizes.length > 0);
      assert.ok(Math.max(...sizes) <= CONTEXT, `${Math.max(...sizes)} tokens`);
    });
  }
}

const MANY = 5000;
const manyFiles = Array.from({ length: MANY }, (_, index) => ({ path: `f${index}.ts`, text: `let file${index} = 1;` }));
const manyTexts = manyFiles.map(({ text }) => text);

for (
  const [name, args] of [
    ["map-reduce", { task: "t", items: manyTexts, perAgent: 1 }],
    ["pipeline", { task: "t", items: manyTexts }],
    ["code-audit", { files: manyFiles }],
    ["summarize", { files: manyFiles, group: 100 }],
  ] as [string, Json][]
) {
  Deno.test(`${name} takes ${MANY} parts, more than one fan-out may hold, and reads each once`, async () => {
    const answer: Answer = ({ schema }) => {
      if (schema === undefined) return "a note";
      return JSON.stringify(schema).includes("findings") ? { findings: [] } : { purpose: "p", points: ["x"] };
    };
    const { told } = await run(name, args, answer);
    const seen = told.requests.flatMap(({ prompt }) =>
      [...prompt.matchAll(/let file(\d+) = 1/g)].map((found) => Number(found[1]))
    );
    assert.deepEqual(seen, manyFiles.map((_, index) => index));
  });
}

Deno.test("map-reduce splits by lines and by tokens without losing a character, in the order of the text", async () => {
  const text = Array.from({ length: 1000 }, (_, line) => `line ${line} 😀\r\n`).join("");
  for (const [split, size] of [["lines", 70], ["tokens", 300]] as [string, number][]) {
    const args = { task: "t", files: [{ path: "a.log", text }], split, size, perAgent: 1 };
    const { told } = await run("map-reduce", args, () => "a note");
    const read = told.requests.map(({ prompt }) => /^## a\.log \(part.*\)\n([\s\S]*)$/m.exec(prompt)?.[1]);
    const pieces = read.filter((piece) => piece?.startsWith("line "));
    assert.ok(pieces.length > 10);
    assert.equal(pieces.join(""), text);
  }
});

Deno.test("tree-search goes back to what it left aside when the way on is worse", async () => {
  const score: Record<string, number> = { a: 0.9, b: 0.8, "a1": 0.3, "a2": 0.3, "b1": 0.95 };
  const answer: Answer = ({ schema, prompt }) => {
    const path = [...prompt.matchAll(/^\d+\. (\w+)$/gm)].map((found) => found[1] ?? "");
    const last = path.at(-1) ?? "";
    if (JSON.stringify(schema).includes("isFinished")) {
      return { evidence: `e ${last}`, score: score[last] ?? 0.1, isFinished: last === "b1" };
    }
    return { steps: last === "" ? ["a", "b"] : [`${last}1`, `${last}2`] };
  };
  const { result } = await run("tree-search", { task: "t", beam: 1, branch: 2, depth: 3 }, answer);
  const { steps, isFinished, evidence, told } = result as Record<string, Json> & { told: { backtracks: number } };
  assert.deepEqual([steps, isFinished, evidence, told.backtracks], [["b", "b1"], true, "e b1", 1]);
});
