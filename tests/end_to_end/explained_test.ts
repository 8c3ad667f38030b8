// Nothing hidden: every agent is counted, and a null can be explained.
import assert from "node:assert/strict";
import { Place } from "./odw_process.ts";
import { documentOf, recordOf } from "./recorded_run.ts";

const SCRIPT = `export const meta = { name: "census", description: "d" };
const schema = { type: "object", properties: { n: { type: "number" } }, required: ["n"] };
return await parallel([
  () => agent("fine", { label: "fine one" }),
  () => agent("empty", { label: "empty one" }),
  () => agent("refused", { label: "refused one" }),
  () => agent("structured", { label: "structured one", schema }),
]);`;

Deno.test("the census counts every agent once, on the terminal, in JSON and by exit 4, and each null has its reason", async () => {
  await using place = await Place.make();
  await using server = await place.serve("openai-chat", {
    answer: ({ prompt }) => {
      if (prompt === "refused") return { status: 400, body: { error: { message: "no such thing" } } };
      if (prompt === "fine") return "fine";
      return prompt === "empty" ? { text: "" } : "I would rather not give a number";
    },
  }, { agent: { schemaAttempts: 2, retries: 0 } });
  await place.write("census.js", SCRIPT);
  const ended = await place.odw(["run", "census.js", "--strict", "--output", "json"]);
  assert.equal(ended.code, 4, ended.stderr);
  const { runId, status, result, failures, census } = documentOf(ended);
  assert.equal(status, "completed");
  const answers = result as (string | null)[];
  assert.deepEqual([answers[0], answers[2], answers[3]], ["fine", null, null]);
  const { done, failed, skipped, cached, empty } = census;
  assert.equal(done + failed, 4);
  assert.deepEqual([skipped, cached], [0, 0]);
  // A provider that answers nothing is either an empty answer or a failure that says so.
  assert.equal(answers[1] === null ? failed : failed + empty, 3);
  assert.ok(failures.some(({ label, reason }) => label === "refused one" && reason.includes("no such thing")));
  assert.equal(failures.length, failed);
  assert.match(ended.stderr, /failed/);

  const refused = await place.odw(["show", runId!, "--step", "refused one"]);
  assert.match(refused.stdout, /no such thing/);
  const structured = await place.odw(["show", runId!, "--step", "structured one"]);
  assert.match(structured.stdout, /I would rather not give a number/);
  assert.match(structured.stdout, /number|\bn\b/);
  const step = (await recordOf(place, runId!)).steps.find(({ label }) => label === "structured one");
  assert.equal(step?.rawText, "I would rather not give a number");
  assert.equal(step?.attempts, 2);
  assert.ok(server.calls.length >= 5);
});
