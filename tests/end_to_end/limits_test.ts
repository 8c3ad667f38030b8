// Limits of a run that are not budgets: agents in all, and time.
import assert from "node:assert/strict";
import { HeldAnswers } from "./held_answers.ts";
import { Place } from "./odw_process.ts";
import { documentOf, resultOf } from "./recorded_run.ts";

Deno.test("--max-agents ends a runaway loop with its error, and a resume with a raised limit goes on", async () => {
  await using place = await Place.make();
  await using server = await place.serve("openai-chat", { answer: ({ prompt }) => `${prompt}!` });
  await place.write(
    "loop.js",
    `export const meta = { name: "loop", description: "d" };
const answers = [];
for (let round = 0; round < 8; round++) answers.push(await agent("round " + round));
return answers.length;`,
  );
  const ended = await place.odw(["run", "loop.js", "--max-agents", "5", "--output", "json"]);
  assert.equal(ended.code, 1, ended.stderr);
  const { runId, error } = documentOf(ended);
  assert.equal(error?.name, "WorkflowAgentCapError");
  assert.match(ended.stderr, new RegExp(`odw resume ${runId} --max-agents`));
  assert.equal(server.calls.length, 5);
  assert.equal(resultOf(await place.odw(["resume", runId!, "--max-agents", "8", "--output", "json"])), 8);
  assert.equal(server.calls.length, 8);
});

Deno.test("--timeout ends a run whose provider never answers, aborts its agents, and keeps what was done", async () => {
  await using place = await Place.make();
  let isSilent = true;
  await using server = await place.serve("openai-chat", {
    answer: async ({ prompt }) => {
      if (prompt === "second" && isSilent) await held.hold();
      return `${prompt}!`;
    },
  });
  using held = new HeldAnswers();
  await place.write(
    "slow.js",
    `export const meta = { name: "slow", description: "d" };\nreturn [await agent("first"), await agent("second")];`,
  );
  const ended = await place.odw(["run", "slow.js", "--timeout", "3s", "--output", "json"]);
  assert.equal(ended.code, 1, ended.stderr);
  const { runId, error } = documentOf(ended);
  assert.equal(error?.code, "timeout");
  assert.match(error?.message ?? "", /3 s.*--timeout/);
  isSilent = false;
  held.release();
  const resumed = await place.odw(["resume", runId!, "--timeout", "10m", "--output", "json"]);
  assert.deepEqual(resultOf(resumed), ["first!", "second!"]);
  assert.deepEqual(server.calls.map(({ prompt }) => prompt), ["first", "second", "second"]);
});
