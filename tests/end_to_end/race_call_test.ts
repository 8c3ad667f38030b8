// race() with real calls: the first good answer wins, and the others are cancelled at the provider.
import assert from "node:assert/strict";
import { HeldAnswers } from "./held_answers.ts";
import { Place } from "./odw_process.ts";
import { documentOf, recordOf } from "./recorded_run.ts";

const META = `export const meta = { name: "race", description: "d" };`;

Deno.test("of agents in a race the first good answer is the result, and the others are skipped", async () => {
  await using place = await Place.make();
  const asked: string[] = [];
  await using _server = await place.serve("openai-chat", {
    answer: async ({ prompt }) => {
      asked.push(prompt);
      if (prompt === "slow") await held.hold();
      return `answer to ${prompt}`;
    },
  });
  using held = new HeldAnswers();
  await place.write(
    "race.js",
    `${META}
const won = await race([
  () => agent("slow"),
  async () => { await agent("first"); return await agent("second"); },
  () => "",
], { accept: (value) => value !== "" });
return [won, await agent("after")];`,
  );
  const ended = await place.odw(["run", "race.js", "--output", "json"]);
  assert.equal(ended.code, 0, ended.stderr);
  const { runId, result } = documentOf(ended);
  assert.deepEqual(result, ["answer to second", "answer to after"]);
  assert.deepEqual([...asked].sort(), ["after", "first", "second", "slow"]);
  const { steps } = await recordOf(place, runId!);
  const statuses = Object.fromEntries(steps.map(({ request, status }) => [request.prompt, status]));
  assert.deepEqual(statuses, { slow: "skipped", first: "completed", second: "completed", after: "completed" });
});
