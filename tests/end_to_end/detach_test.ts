// Runs in the background: the command returns at once, the run goes on, and odw wait tells how it ended.
import assert from "node:assert/strict";
import { HeldAnswers } from "./held_answers.ts";
import { type Ended, odwCommand, Place } from "./odw_process.ts";
import { listedStatus, recordOf } from "./recorded_run.ts";

const ONE = `export const meta = { name: "one", description: "d" };\nreturn await agent(args.prompt);`;
const THROWING = `export const meta = { name: "throwing", description: "d" };\nthrow new Error("on purpose");`;

async function detach(place: Place, args: string[]): Promise<string> {
  const { code, stdout, stderr } = await place.odw(["run", ...args, "--detach"]);
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^[0-9a-z]+\n$/, "stdout holds the id and nothing else");
  return stdout.trim();
}

Deno.test("odw run --detach prints the id while the run is at work in a process of its own, and odw wait gives its end", async () => {
  await using place = await Place.make();
  await using server = await place.serve("openai-chat", { answer: () => held.hold().then(() => "in the background") });
  using held = new HeldAnswers();
  await place.write("one.js", ONE);
  const id = await detach(place, ["one.js", "--arg", "prompt=hello", "--model", "wire/other-model"]);
  await held.asked.reach(1);
  assert.equal(await listedStatus(place, id), "running");
  const waiting = place.odw(["wait", id]);
  held.release();
  const waited = await waiting;
  assert.equal(waited.code, 0, waited.stderr);
  const { status, result } = await recordOf(place, id);
  assert.deepEqual([status, result], ["completed", "in the background"]);
  assert.deepEqual(server.calls.map(({ prompt, model }) => [prompt, model]), [["hello", "other-model"]]);
});

Deno.test("odw wait exits with the run's code, and with the worst of several", async () => {
  await using place = await Place.make();
  await using _server = await place.serve("openai-chat", {
    answer: async ({ prompt }) => {
      if (prompt === "held") await held.hold();
      return "done";
    },
  });
  using held = new HeldAnswers();
  await place.write("one.js", ONE);
  await place.write("throwing.js", THROWING);
  const fine = await detach(place, ["one.js", "--arg", "prompt=quick"]);
  const failing = await detach(place, ["throwing.js"]);
  const cancelled = await detach(place, ["one.js", "--arg", "prompt=held"]);
  assert.equal((await place.odw(["wait", fine])).code, 0);
  assert.equal((await place.odw(["wait", failing])).code, 1);
  assert.equal((await place.odw(["wait", fine, failing])).code, 1);
  await held.asked.reach(1);
  const waiting = place.odw(["wait", fine, cancelled]);
  const { code, stderr } = await place.odw(["cancel", cancelled]);
  assert.equal(code, 0, stderr);
  assert.equal((await waiting).code, 130);
  assert.equal(await listedStatus(place, cancelled), "cancelled");
  held.release();
  const unknown = await place.odw(["wait", "nobody"]);
  assert.equal(unknown.code, 2);
  assert.match(unknown.stderr, /nobody/);
});

Deno.test({
  name: "a detached run outlives the terminal that started it",
  ignore: Deno.build.os !== "linux",
  async fn() {
    await using place = await Place.make();
    await using _server = await place.serve("openai-chat", { answer: () => held.hold().then(() => "alive") });
    using held = new HeldAnswers();
    await place.write("one.js", ONE);
    const { code, stdout, stderr } = await inClosingTerminal(place, ["run", "one.js", "--arg", "prompt=p", "--detach"]);
    assert.equal(code, 0, stderr);
    await held.asked.reach(1);
    held.release();
    assert.equal((await place.odw(["wait", stdout.trim()])).code, 0);
    assert.equal((await recordOf(place, stdout.trim())).result, "alive");
  },
});

/** Runs odw as a terminal's session does, then sends SIGHUP to all that still belongs to it. */
async function inClosingTerminal(place: Place, args: string[]): Promise<Ended> {
  const denoDir = Deno.env.get("DENO_DIR") ?? `${Deno.env.get("HOME")}/.cache/deno`;
  const session = `trap "" HUP; (trap - HUP; exec "$@"); code=$?; kill -HUP 0; exit $code`;
  const { code, stdout, stderr } = await new Deno.Command("setsid", {
    args: ["--wait", "sh", "-c", session, "sh", ...odwCommand(), ...args],
    cwd: place.work,
    env: { DENO_DIR: denoDir, HOME: `${place.folder}/user`, ODW_HOME: place.home },
    stdin: "null",
  }).output();
  return { code, stdout: new TextDecoder().decode(stdout), stderr: new TextDecoder().decode(stderr) };
}

Deno.test("a launch error under --detach is told at once, with exit 2 and no id", async () => {
  await using place = await Place.make();
  await using _server = await place.serve("openai-chat", { answer: () => "never" });
  await place.write("broken.js", "const = 1");
  const { code, stdout, stderr } = await place.odw(["run", "broken.js", "--detach"]);
  assert.deepEqual([code, stdout], [2, ""]);
  assert.match(stderr, /broken\.js:1/);
  assert.deepEqual(JSON.parse((await place.odw(["ls", "--json"])).stdout), []);
});
