// What nobody granted is asked for, call by call: in another process, before anything is changed, and never without a human.
import assert from "node:assert/strict";
import { Place } from "./odw_process.ts";
import { journalOf, recordOf } from "./recorded_run.ts";
import { conversationOf, reply } from "./scripted_model.ts";

const SCRIPT = `export const meta = { name: "edit", description: "d" };
return await agent("Write it", { label: "writer" });`;

async function placeWithWriter() {
  const place = await Place.make();
  const told: string[] = [];
  const server = await place.serve("openai-chat", {
    answer(call) {
      const { turns, results } = conversationOf(call);
      if (turns < 2) return reply([{ name: "write_file", input: { path: `new${turns}.txt`, content: "hello\n" } }]);
      told.push(...results);
      return "done";
    },
  });
  await place.write("edit.js", SCRIPT);
  return { place, server, told };
}

/** Settles when the run asks for the `count`th time. */
async function untilAsked(place: Place, id: string, count: number): Promise<void> {
  for (;;) {
    const asked = (await journalOf(place, id)).filter(({ type }) => type === "run_waiting");
    if (asked.length >= count) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

Deno.test("an approval shows the exact change, is given by odw respond, and for this run covers the next one too", async () => {
  const { place, server } = await placeWithWriter();
  await using _place = place;
  await using _server = server;
  const started = await place.odw(["run", "edit.js", "--approve=write", "--detach", "--on-ask", "wait"]);
  assert.equal(started.code, 0, started.stderr);
  const id = started.stdout.trim();
  await untilAsked(place, id, 1);
  const { question } = await recordOf(place, id);
  assert.match(question?.text ?? "", /"writer" to write new0\.txt/);
  assert.deepEqual(question?.choices, ["once", "for this run", "never"]);
  assert.match(question?.approval?.detail ?? "", /\+hello/);
  await assert.rejects(Deno.stat(`${place.work}/new0.txt`), Deno.errors.NotFound);
  const wrong = await place.odw(["respond", id, "maybe"]);
  assert.equal(wrong.code, 2);
  assert.equal((await place.odw(["respond", id, "for this run"])).code, 0);
  assert.equal((await place.odw(["wait", id])).code, 0);
  assert.equal(await Deno.readTextFile(`${place.work}/new0.txt`), "hello\n");
  assert.equal(await Deno.readTextFile(`${place.work}/new1.txt`), "hello\n");
  assert.equal((await journalOf(place, id)).filter(({ type }) => type === "run_waiting").length, 1);
});

Deno.test("never is never: the call is denied with an explanation, the next of its kind is not asked for", async () => {
  const { place, server, told } = await placeWithWriter();
  await using _place = place;
  await using _server = server;
  const started = await place.odw(["run", "edit.js", "--approve=write", "--detach", "--on-ask", "wait"]);
  const id = started.stdout.trim();
  await untilAsked(place, id, 1);
  await place.odw(["respond", id, "never"]);
  assert.equal((await place.odw(["wait", id])).code, 0);
  await assert.rejects(Deno.stat(`${place.work}/new0.txt`), Deno.errors.NotFound);
  assert.match(told.at(-1) ?? "", /did not approve/);
});

Deno.test("with nobody there a call that needs approval is denied at once, and the run goes on", async () => {
  const { place, server, told } = await placeWithWriter();
  await using _place = place;
  await using _server = server;
  const ended = await place.odw(["run", "edit.js", "--approve", "--output", "json"]);
  assert.equal(ended.code, 0, ended.stderr);
  assert.match(told.at(-1) ?? "", /nobody is there/);
  await assert.rejects(Deno.stat(`${place.work}/new0.txt`), Deno.errors.NotFound);
});
