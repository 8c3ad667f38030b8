// An audit of many files by agents that look for themselves.
import assert from "node:assert/strict";
import { Place } from "./odw_process.ts";
import { documentOf, recordOf } from "./recorded_run.ts";
import { conversationOf, reply } from "./scripted_model.ts";

const FILES = 500;
/** Every tenth file holds what the audit looks for; the agents of these fail. */
const FAILING = [7, 77, 377];

const AUDIT = `export const meta = { name: "audit", description: "One agent a file" };
const paths = (await tools.glob("src/**/*.txt")).sort();
const found = await pipeline(
  paths,
  (path) => agent("Audit " + path, { label: path, schema: {
    type: "object",
    properties: { marks: { type: "integer" }, matches: { type: "integer" } },
    required: ["marks", "matches"],
  } }),
);
return { files: paths.length, marks: found.reduce((sum, one) => sum + (one ? one.marks : 0), 0),
  agree: found.every((one) => one === null || one.marks === one.matches) };`;

Deno.test("an audit of 500 files with read_file and grep ends with 500 steps and a correct census", async () => {
  await using place = await Place.make();
  await using server = await place.serve("openai-chat", {
    answer(call) {
      const { task, turns, results } = conversationOf(call);
      const path = task.match(/Audit (\S+)/)?.[1] ?? "";
      if (FAILING.some((index) => path.endsWith(`/${index}.txt`))) return { status: 400, body: { error: "no" } };
      if (turns === 0) {
        return reply([
          { name: "read_file", input: { path } },
          { name: "grep", input: { pattern: "^TODO", path } },
        ]);
      }
      const [read = "", grep = ""] = results;
      const marks = /TODO/.test(read) ? 1 : 0;
      return JSON.stringify({ marks, matches: /TODO: file/.test(grep) ? 1 : 0 });
    },
  });
  for (let i = 0; i < FILES; i++) {
    await place.write(`src/${i % 20}/${i}.txt`, i % 10 === 0 ? `line one\nTODO: file ${i}\n` : `line one\nfile ${i}\n`);
  }
  await place.write("audit.js", AUDIT);
  const ended = await place.odw(["run", "audit.js", "--concurrency", "16", "--output", "json"]);
  assert.equal(ended.code, 0, ended.stderr);
  const { runId, result, failures, usage } = documentOf(ended);
  assert.deepEqual(result, { files: FILES, marks: FILES / 10, agree: true });
  assert.equal(usage?.agents, FILES);
  assert.equal(failures?.length, FAILING.length);
  const { census, steps } = await recordOf(place, runId!);
  assert.deepEqual([census.done, census.failed, census.skipped], [FILES - FAILING.length, FAILING.length, 0]);
  assert.equal(steps.length, FILES);
  const done = steps.filter(({ status }) => status === "completed");
  assert.ok(done.every(({ toolCalls }) => toolCalls.map(({ name }) => name).join() === "read_file,grep"));
  assert.ok(done.every(({ toolCalls }) => toolCalls.every(({ isError }) => isError === false)));
  assert.equal(server.calls.length, 2 * (FILES - FAILING.length) + FAILING.length);
});
