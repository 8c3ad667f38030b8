// The built-in summarize workflow: every file is read, long ones in parts, and nothing is lost without a word.
import assert from "node:assert/strict";
import type { AgentRequest } from "../../src/agent.ts";
import type { Json } from "../../src/json.ts";
import { builtInWorkflows } from "../../src/workflows.ts";
import { type Answer, emptyTold, runText, type Told } from "../sandbox/fake_host.ts";

const script = builtInWorkflows.find(({ name }) => name === "summarize")?.text ?? "";

function note({ prompt, schema }: AgentRequest): Json {
  return schema === undefined ? `merged ${prompt.length}` : { purpose: "p", points: ["x"] };
}

async function summarize(args: Json, answer: Answer = note): Promise<{ result: Json; told: Told }> {
  const told = emptyTold();
  return { result: await runText(script, { args, answer }, told), told };
}

for (
  const [name, args] of [
    ["no args", null],
    ["no files", { files: [] }],
    ["files that are no list", { files: "README.md" }],
    ["a file without text", { files: [{ path: "a", text: "b" }, { path: "c" }] }],
  ] as [string, Json][]
) {
  Deno.test(`${name}: fails with what it needs, before any agent`, async () => {
    const told = emptyTold();
    await assert.rejects(runText(script, { args, answer: note }, told), /summarize needs files/);
    assert.equal(told.requests.length, 0);
  });
}

Deno.test("every file is read by an agent of its own, and the notes become one answer", async () => {
  const files = Array.from({ length: 20 }, (_, index) => ({ path: `f${index}.ts`, text: `text ${index}` }));
  const { result, told } = await summarize({ files, question: "why?" });
  assert.match(String(result), /^merged/);
  assert.deepEqual(told.handlings.slice(0, 20).map(({ label }) => label), files.map(({ path }) => path));
  assert.deepEqual(told.handlings.slice(20).map(({ label }) => label), [
    "merge 1.1",
    "merge 1.2",
    "merge 1.3",
    "answer",
  ]);
  assert.ok(told.requests.every(({ prompt }) => prompt.includes("why?")));
});

Deno.test("a long file is read in parts that hold all of it, cut at line ends", async () => {
  const text = Array.from({ length: 30_000 }, (_, line) => `line ${line}\n`).join("");
  const { told } = await summarize({ files: [{ path: "long.log", text }] });
  const read = told.requests.filter(({ schema }) => schema !== undefined).map(({ prompt }) => {
    return /<file path="[^"]*">\n([\s\S]*)\n<\/file>$/.exec(prompt)?.[1] ?? "";
  });
  assert.ok(read.length > 1);
  assert.equal(read.join(""), text);
  assert.ok(read.every((part) => part.length <= 60_000 && part.endsWith("\n")));
  assert.equal(told.handlings[1]?.label, `long.log (part 2 of ${read.length})`);
});

Deno.test("a long file without line ends is read whole as well", async () => {
  const { told } = await summarize({ files: [{ path: "min.js", text: "x".repeat(150_000) }] });
  const lengths = told.requests.slice(0, 3).map(({ prompt }) => /x{2,}/.exec(prompt)?.[0].length);
  assert.deepEqual(lengths, [60_000, 60_000, 30_000]);
});

Deno.test("a file that cannot be read is named in the log, and the rest is summarized", async () => {
  const answer: Answer = (request) => request.prompt.includes("bad.ts") ? null : note(request);
  const { told } = await summarize({ files: [{ path: "a.ts", text: "a" }, { path: "bad.ts", text: "b" }] }, answer);
  assert.deepEqual(told.logs.map(([, message]) => message), ["1 of 2 files read", "not read: bad.ts"]);
});

Deno.test("a run in which nothing could be read or merged fails and says so", async () => {
  const files = [{ path: "a.ts", text: "a" }];
  await assert.rejects(summarize({ files }, () => null), /no file could be read/);
  const readOnly: Answer = (request) => request.schema === undefined ? null : note(request);
  await assert.rejects(summarize({ files }, readOnly), /the notes could not be merged/);
});

Deno.test("a group of one is widened: the merge comes to its end", async () => {
  const files = ["a", "b", "c"].map((path) => ({ path, text: path }));
  const { told } = await summarize({ files, group: 1 });
  assert.equal(told.requests.length, 3 + 2 + 1);
});
