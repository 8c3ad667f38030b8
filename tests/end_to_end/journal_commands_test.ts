// Housekeeping of the journal: runs are removed only when nobody works on them, and a damaged file is found and kept.
import assert from "node:assert/strict";
import { openStore } from "../../src/store/open.ts";
import { HeldAnswers } from "./held_answers.ts";
import { Place } from "./odw_process.ts";
import { documentOf, recordOf } from "./recorded_run.ts";
import { StartedRun } from "./started_run.ts";

const ONE = `export const meta = { name: "one", description: "d" };\nreturn await agent(args.prompt);`;

async function listedIds(place: Place): Promise<string[]> {
  const { stdout } = await place.odw(["ls", "--json"]);
  return JSON.parse(stdout).map(({ id }: { id: string }) => id);
}

Deno.test("odw rm and odw gc remove ended runs, refuse a run at work and spare a young one", async () => {
  await using place = await Place.make();
  await using _server = await place.serve("openai-chat", {
    answer: async ({ prompt }) => {
      if (prompt === "held") await held.hold();
      return "done";
    },
  });
  using held = new HeldAnswers();
  await place.write("one.js", ONE);
  const run = async () =>
    documentOf(await place.odw(["run", "one.js", "--arg", "prompt=quick", "--output", "json"])).runId!;
  const [first, second] = [await run(), await run()];
  await using working = new StartedRun(place, ["run", "one.js", "--arg", "prompt=held"]);
  await held.asked.reach(1);
  const id = await working.id;

  const refused = await place.odw(["rm", id]);
  assert.equal(refused.code, 2, refused.stderr);
  assert.match(refused.stderr, new RegExp(id));
  assert.equal((await place.odw(["rm", first])).code, 0);
  assert.deepEqual(await listedIds(place), [id, second]);

  const old = await fortyDaysOld(place, second);
  const dry = await place.odw(["gc", "--older", "30d", "--dry-run"]);
  assert.equal(dry.code, 0, dry.stderr);
  assert.match(dry.stdout + dry.stderr, new RegExp(old));
  assert.deepEqual(await listedIds(place), [id, second, old]);
  const collected = await place.odw(["gc", "--older", "30d"]);
  assert.equal(collected.code, 0, collected.stderr);
  assert.deepEqual(await listedIds(place), [id, second]);
  held.release();
  assert.equal((await working.ended).code, 0);
});

/** A run like `model`, made and ended forty days ago. */
async function fortyDaysOld(place: Place, model: string): Promise<string> {
  const { spec, usage } = await recordOf(place, model);
  const then = Date.now() - 40 * 86_400_000;
  await using store = await openStore(`${place.home}/odw.db`, { now: () => then });
  const id = await store.createRun(spec);
  await store.append(id, [{ type: "run_started" }, { type: "run_completed", result: null, usage, durationMs: 1 }]);
  return id;
}

Deno.test("odw db check finds bytes that were changed in the middle of the file, and nothing recreates it", async () => {
  await using place = await Place.make();
  await using _server = await place.serve("openai-chat", { answer: () => "words ".repeat(20_000) });
  await place.write("one.js", ONE);
  await place.odw(["run", "one.js", "--arg", "prompt=p"]);
  const sound = await place.odw(["db", "check"]);
  assert.equal(sound.code, 0, sound.stderr);

  const path = `${place.home}/odw.db`;
  const bytes = await Deno.readFile(path);
  const damaged = bytes.slice();
  for (let page = 1; page < Math.min(8, bytes.length / 4096); page++) {
    damaged.fill(0xa5, page * 4096, page * 4096 + 512);
  }
  await Deno.writeFile(path, damaged);
  for (const args of [["db", "check"], ["run", "one.js", "--arg", "prompt=p"]]) {
    const { code, stdout, stderr } = await place.odw(args);
    assert.ok(code === 1 || code === 2, `${args.join(" ")} exits ${code}`);
    assert.ok((stdout + stderr).includes(path), stderr);
    assert.match(stdout + stderr, /corrupt|malformed|damaged/i);
  }
  const names = [...Deno.readDirSync(`${place.home}/backups`)].map(({ name }) => name);
  assert.ok(names.some((name) => name.startsWith("odw.db.corrupt-")), `no backup in ${names.join(", ")}`);
  const kept = await Deno.readFile(path);
  assert.deepEqual(kept.subarray(4096, 4608), damaged.subarray(4096, 4608));
});
