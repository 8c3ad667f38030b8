// Promises of `odw run --detach` and `odw run --replay`.
import assert from "node:assert/strict";
import { OdwError } from "../../src/errors.ts";
import { createFakeEngine, type FakeRun, RUN_ID } from "./fake_engine.ts";
import { cli, type FakeWorldOptions } from "./fake_world.ts";

function worldOf(fake: FakeRun = {}, options: FakeWorldOptions = {}) {
  const engine = createFakeEngine(fake);
  return { engine, options: { engine, files: { "/project/review.js": "export const meta = {}" }, ...options } };
}

Deno.test("--detach makes the run, starts its process, and prints the id alone on stdout", async () => {
  const { engine, options } = worldOf({ neverEnds: true });
  const { code, out, err, world } = await cli(["run", "review.js", "a text", "--detach", "--wait"], options);
  assert.deepEqual({ code, out }, { code: 0, out: `${RUN_ID}\n` });
  assert.equal(engine.created[0]?.args, "a text");
  assert.deepEqual(world.detached, [["resume", RUN_ID, "--quiet", "--on-ask", "default", "--wait"]]);
  assert.match(err, new RegExp(`odw watch ${RUN_ID}\n$`));
  assert.equal(engine.isDisposed, true);
});

Deno.test("--detach from a terminal waits for the answers of its questions", async () => {
  const { options } = worldOf({}, { stdinIsTerminal: true, stderrIsTerminal: true });
  const { world } = await cli(["run", "review.js", "--detach"], options);
  assert.deepEqual(world.detached[0]?.slice(3), ["--on-ask", "wait"]);
});

Deno.test("--detach that cannot start a process says so, and how to start the run that it made", async () => {
  const spawnError = new OdwError("denied", "cannot go on in the background: allow it with --allow-run");
  const { options } = worldOf({}, { spawnError });
  const { code, out, err } = await cli(["run", "review.js", "--detach"], options);
  assert.deepEqual({ code, out }, { code: 2, out: "" });
  assert.match(err, new RegExp(`--allow-run; the run is kept, start it with: odw resume ${RUN_ID}\n$`));
});

Deno.test("--detach of a script that cannot be launched starts no process", async () => {
  const { options } = worldOf({ launchError: new OdwError("script_invalid", "review.js:1:1: no") });
  const { code, world } = await cli(["run", "review.js", "--detach"], options);
  assert.equal(code, 2);
  assert.deepEqual(world.detached, []);
  assert.equal((await cli(["run", "review.js", "--detach", "--output", "stream-json"], options)).code, 2);
});

Deno.test("--detach --output json prints id and status", async () => {
  const { options } = worldOf();
  const { out } = await cli(["run", "review.js", "--detach", "--output", "json"], options);
  assert.deepEqual(JSON.parse(out), { runId: RUN_ID, status: "queued" });
});

Deno.test("--replay runs without network from the journal, and prints the result as run does", async () => {
  const { engine, options } = worldOf({ replay: { n: 1 } });
  const { code, out, world } = await cli(["run", "--replay", "last", "review.js", "--output", "json"], options);
  assert.equal(code, 0);
  assert.deepEqual(JSON.parse(out).result, { n: 1 });
  assert.deepEqual(world.connections.map(({ need }) => need), [{ providers: false }]);
  assert.deepEqual(engine.replayed, [{
    ref: "last",
    script: { text: "export const meta = {}", file: "/project/review.js" },
  }]);
  await cli(["run", "--replay", "last"], options);
  assert.deepEqual(engine.replayed[1], { ref: "last" });
  assert.deepEqual([...engine.started, ...engine.created], []);
});

Deno.test("--replay that leaves the journal exits 1 with the place; an unknown run exits 2", async () => {
  const diverged = new OdwError("conflict", "replay diverged: the journal holds no call like agent scan b");
  const { code, out, err } = await cli(
    ["run", "--replay", "last", "--output", "json"],
    worldOf({ replay: diverged }).options,
  );
  assert.equal(code, 1);
  assert.equal(err, `error: ${diverged.message}\n`);
  assert.equal(JSON.parse(out).error.code, "conflict");
  const unknown = worldOf({ replay: new OdwError("not_found", "there is no run") });
  assert.equal((await cli(["run", "--replay", "nope"], unknown.options)).code, 2);
});

for (
  const flags of [["--args", "x"], ["--arg", "a=1"], ["--args-file", "f"], ["--files", "f"], ["--detach"], [
    "review.js",
    "words",
  ]]
) {
  Deno.test(`--replay refuses ${flags.join(" ")}, and replays nothing`, async () => {
    const { engine, options } = worldOf();
    const { code, err } = await cli(["run", "--replay", "last", ...flags], options);
    assert.equal(code, 2);
    assert.match(err, /--replay,? (?:which )?takes all from the recorded run; leave /);
    assert.deepEqual(engine.replayed, []);
  });
}
