// Questions to the human: answered from another process or by policy, and never twice.
import assert from "node:assert/strict";
import { Place } from "./odw_process.ts";
import { documentOf, listedStatus, recordOf, resultOf } from "./recorded_run.ts";

const ASKING = `export const meta = { name: "asking", description: "d" };
const draft = await agent("draft");
const answer = await ask("Publish?", { choices: ["yes", "no"]DEFAULT });
return [draft, answer, await agent("publish " + answer)];`;

const WITHOUT_DEFAULT = ASKING.replace("DEFAULT", "");

Deno.test("a run with --detach-on-ask stops as waiting, takes its answer from odw respond, and never asks again", async () => {
  await using place = await Place.make();
  let isBroken = true;
  await using server = await place.serve("openai-chat", {
    answer: ({ prompt }) => prompt.startsWith("publish") && isBroken ? { status: 400, body: {} } : `${prompt}!`,
  });
  await place.write("asking.js", WITHOUT_DEFAULT);
  const ended = await place.odw(["run", "asking.js", "--detach-on-ask", "--output", "json"]);
  assert.equal(ended.code, 3, ended.stderr);
  const { runId, status } = documentOf(ended);
  assert.equal(status, "waiting");
  assert.match(ended.stderr, /Publish\?/);
  assert.match(ended.stderr, /odw respond/);
  assert.equal(await listedStatus(place, runId!), "waiting");
  const { question } = await recordOf(place, runId!);
  assert.equal(question?.text, "Publish?");
  assert.deepEqual(question?.choices, ["yes", "no"]);

  const wrong = await place.odw(["respond", runId!, "maybe"]);
  assert.equal(wrong.code, 2, wrong.stderr);
  assert.match(wrong.stderr, /yes, no/);
  const right = await place.odw(["respond", runId!, "yes"]);
  assert.equal(right.code, 0, right.stderr);
  const resumed = documentOf(await place.odw(["resume", runId!, "--output", "json"]));
  assert.deepEqual(resumed.result, ["draft!", "yes", null]);

  isBroken = false;
  assert.deepEqual(resultOf(await place.odw(["resume", runId!, "--output", "json"])), [
    "draft!",
    "yes",
    "publish yes!",
  ]);
  assert.deepEqual(server.calls.map(({ prompt }) => prompt), ["draft", "publish yes", "publish yes"]);
  const late = await place.odw(["respond", runId!, "no"]);
  assert.equal(late.code, 2, late.stderr);
});

Deno.test("a detached run waits for the answer that odw respond gives, and goes on with it", async () => {
  await using place = await Place.make();
  await using server = await place.serve("openai-chat", { answer: ({ prompt }) => `${prompt}!` });
  await place.write("asking.js", WITHOUT_DEFAULT);
  const started = await place.odw(["run", "asking.js", "--detach", "--on-ask", "wait"]);
  assert.equal(started.code, 0, started.stderr);
  const id = started.stdout.trim();
  await untilAsked(place, id);
  assert.equal(await listedStatus(place, id), "waiting");
  const waiting = place.odw(["wait", id]);
  const { code, stderr } = await place.odw(["respond", id, "yes"]);
  assert.equal(code, 0, stderr);
  assert.equal((await waiting).code, 0);
  assert.deepEqual((await recordOf(place, id)).result, ["draft!", "yes", "publish yes!"]);
  assert.deepEqual(server.calls.map(({ prompt }) => prompt), ["draft", "publish yes"]);
});

/** Settles when the run's journal holds the question. */
async function untilAsked(place: Place, id: string): Promise<void> {
  const logs = place.spawn(["logs", id, "--follow", "--json"]);
  let text = "";
  for await (const chunk of logs.stdout.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    if (text.includes('"run_waiting"')) break;
  }
  logs.kill();
  await Promise.all([logs.status, logs.stderr.cancel()]);
}

Deno.test("when nobody is there ask() takes its default, or fails with a clear error", async () => {
  await using place = await Place.make();
  await using server = await place.serve("openai-chat", { answer: ({ prompt }) => `${prompt}!` });
  await place.write("default.js", ASKING.replace("DEFAULT", `, default: "no"`));
  const taken = await place.odw(["run", "default.js", "--output", "json"]);
  assert.deepEqual(resultOf(taken), ["draft!", "no", "publish no!"]);

  await place.write("asking.js", WITHOUT_DEFAULT);
  const failed = await place.odw(["run", "asking.js", "--output", "json"]);
  assert.equal(failed.code, 1, failed.stderr);
  assert.match(documentOf(failed).error?.message ?? "", /Publish\?.*default/s);
  assert.equal(server.calls.length, 3);
});
