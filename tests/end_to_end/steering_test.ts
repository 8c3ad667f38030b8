// A run that one process owns, steered and watched from others: what they ask for happens, in that order, and soon.
import assert from "node:assert/strict";
import { HeldAnswers } from "./held_answers.ts";
import { Place } from "./odw_process.ts";
import { documentOf, listedStatus, recordOf, resultOf } from "./recorded_run.ts";
import { StartedRun } from "./started_run.ts";

/** Commands take effect within 300 ms; a loaded machine gets four times as long before the next thing happens. */
const EFFECT_MS = 1200;

const FAN_OUT = `export const meta = { name: "fan-out", description: "20 agents" };
return await parallel(Array.from({ length: 20 }, (_, index) => () => agent("item " + index, { label: "item " + index })));`;

Deno.test("odw pause lets running agents finish and starts no other, and odw resume goes on from there", async () => {
  await using place = await Place.make();
  await using server = await place.serve("openai-chat", {
    answer: ({ prompt }) => held.hold().then(() => `answer to ${prompt}`),
  });
  using held = new HeldAnswers();
  await place.write("fan.js", FAN_OUT);
  await using run = new StartedRun(place, ["run", "fan.js", "--concurrency", "4"]);
  await held.asked.reach(4);
  const id = await run.id;
  const paused = await place.odw(["pause", id]);
  assert.equal(paused.code, 0, paused.stderr);
  await effect();
  held.release();
  const ended = await run.ended;
  assert.equal(ended.code, 3, ended.stderr);
  assert.match(ended.stderr, new RegExp(`odw resume ${id}`));
  assert.equal(server.calls.length, 4);
  assert.equal(await listedStatus(place, id), "paused");
  assert.equal((await recordOf(place, id)).census.done, 4);
  const types = run.events.map(({ type }) => type);
  assert.equal(types.lastIndexOf("step_completed") < types.indexOf("run_paused"), true);

  const result = resultOf(await place.odw(["resume", id, "--output", "json"]));
  assert.deepEqual(result, Array.from({ length: 20 }, (_, index) => `answer to item ${index}`));
  assert.equal(server.calls.length, 20);
});

Deno.test("odw cancel stops all agents at once, although none of them was answered", async () => {
  await using place = await Place.make();
  await using server = await place.serve("openai-chat", {
    answer: ({ prompt }) => held.hold().then(() => `answer to ${prompt}`),
  });
  using held = new HeldAnswers();
  await place.write("fan.js", FAN_OUT);
  await using run = new StartedRun(place, ["run", "fan.js", "--concurrency", "4"]);
  await held.asked.reach(4);
  const id = await run.id;
  const cancelled = await place.odw(["cancel", id]);
  assert.equal(cancelled.code, 0, cancelled.stderr);
  const ended = await run.ended;
  assert.equal(ended.code, 130, ended.stderr);
  assert.equal(run.events.at(-1)?.type, "run_cancelled");
  assert.equal(server.calls.length, 4);
  assert.equal(await listedStatus(place, id), "cancelled");

  const again = await place.odw(["cancel", id]);
  assert.equal(again.code, 2);
  assert.match(again.stderr, /cancelled already|is cancelled/);
  held.release();
  assert.equal((resultOf(await place.odw(["resume", id, "--output", "json"])) as string[]).length, 20);
});

Deno.test("odw skip by label and by step id makes those calls null, and the others go on", async () => {
  await using place = await Place.make();
  await using server = await place.serve("openai-chat", {
    answer: ({ prompt }) => held.hold().then(() => `answer to ${prompt}`),
  });
  using held = new HeldAnswers();
  await place.write(
    "three.js",
    `export const meta = { name: "three", description: "d" };
return await parallel(["a", "b", "c"].map((name) => () => agent(name, { label: "label " + name })));`,
  );
  await using run = new StartedRun(place, ["run", "three.js"]);
  await held.asked.reach(3);
  const id = await run.id;
  const unknown = await place.odw(["skip", id, "label z"]);
  assert.equal(unknown.code, 2, unknown.stderr);
  assert.match(unknown.stderr, /label z/);

  const stepOf = async (prompt: string) =>
    (await run.until("step_started", ({ request }) => request.prompt === prompt)).step;
  for (const [ref, prompt] of [["label b", "b"], [await stepOf("c"), "c"]] as const) {
    const { code, stderr } = await place.odw(["skip", id, ref]);
    assert.equal(code, 0, stderr);
    const step = await stepOf(prompt);
    await run.until("step_skipped", (event) => event.step === step);
  }
  held.release();
  assert.equal((await run.ended).code, 0);
  const record = await recordOf(place, id);
  assert.deepEqual(record.result, ["answer to a", null, null]);
  assert.equal(record.census.skipped, 2);
  assert.equal(record.census.done, 1);
  const shown = await place.odw(["show", id, "--step", "label b"]);
  assert.match(shown.stdout, /skipped/);

  const resumed = documentOf(await place.odw(["resume", id, "--output", "json"]));
  assert.deepEqual(resumed.result, ["answer to a", "answer to b", "answer to c"]);
  assert.equal(server.calls.length, 5);
});

Deno.test("odw watch and odw ls of other processes see a run live", async () => {
  await using place = await Place.make();
  await using _server = await place.serve("openai-chat", {
    answer: ({ prompt }) => held.hold(prompt).then(() => prompt),
  });
  using held = new HeldAnswers();
  await place.write(
    "two.js",
    `export const meta = { name: "two", description: "d" };
phase("One of two");
const first = await agent("first");
phase("Two of two");
return [first, await agent("second")];`,
  );
  await using run = new StartedRun(place, ["run", "two.js"]);
  const id = await run.id;
  const watch = place.spawn(["watch", id]);
  const seen = readLines(watch.stdout, watch.stderr);
  await seen.until(/One of two/);
  assert.equal(await listedStatus(place, id), "running");
  assert.doesNotMatch(seen.text(), /Two of two/);
  held.release("first");
  await seen.until(/Two of two/);
  assert.equal((await recordOf(place, id)).census.done, 1);
  held.release("second");
  assert.equal((await run.ended).code, 0);
  assert.equal((await watch.status).code, 0, seen.text());
  await seen.done;
  assert.equal(await listedStatus(place, id), "completed");
});

Deno.test("steering an unknown or ended run is refused with exit 2 and its reason", async () => {
  await using place = await Place.make();
  await using _server = await place.serve("openai-chat", { answer: () => "done" });
  await place.write("one.js", `export const meta = { name: "one", description: "d" };\nreturn await agent("p");`);
  const { runId } = documentOf(await place.odw(["run", "one.js", "--output", "json"]));
  for (const command of ["pause", "cancel"]) {
    for (const [ref, reason] of [["nobody", /nobody/], [runId!, /completed/]] as const) {
      const { code, stderr } = await place.odw([command, ref]);
      assert.equal(code, 2, stderr);
      assert.match(stderr, reason);
    }
  }
});

/** Both streams of a process, as they come. */
function readLines(...streams: ReadableStream<Uint8Array>[]) {
  let text = "";
  const changed = new Set<() => void>();
  const done = Promise.all(streams.map(async (stream) => {
    for await (const chunk of stream.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      for (const look of changed) look();
    }
  }));
  const until = (pattern: RegExp) =>
    new Promise<void>((resolve, reject) => {
      const look = () => pattern.test(text) && (changed.delete(look), resolve());
      changed.add(look);
      look();
      done.then(() => reject(new Error(`the process ended without ${pattern}: ${text}`)));
    });
  return { text: () => text, until, done };
}

/** The time in which a command takes effect, while nothing else moves. */
function effect(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, EFFECT_MS));
}
