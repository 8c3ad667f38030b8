// A run that goes on on another machine: its journal travels as a file.
import assert from "node:assert/strict";
import { Place } from "./odw_process.ts";
import { documentOf, journalOf, recordOf, resultOf } from "./recorded_run.ts";

const SCRIPT = `export const meta = { name: "travel", description: "d" };
const parts = await parallel([0, 1, 2, 3].map((n) => () => agent("part " + n + " of " + args.topic)));
return parts;`;

/** A run of four agents of which one failed, in a home of its own. */
async function exported() {
  const place = await Place.make();
  const server = await place.serve("openai-chat", {
    answer: ({ prompt }) => prompt.startsWith("part 2") ? { status: 400, body: {} } : `${prompt}!`,
  });
  await place.write("travel.js", SCRIPT);
  const run = await place.odw(["run", "travel.js", "--arg", "topic=trains", "--output", "json"]);
  const { runId } = documentOf(run);
  await server[Symbol.asyncDispose]();
  const { code, stdout, stderr } = await place.odw(["export", runId!]);
  assert.equal(code, 0, stderr);
  return { place, runId: runId!, text: stdout };
}

Deno.test("an exported run is imported into another home with record, steps and events, and goes on there", async () => {
  const { place: home, runId, text } = await exported();
  await using _home = home;
  await using abroad = await Place.make();
  await using server = await abroad.serve("openai-chat", { answer: ({ prompt }) => `${prompt}?` });
  await abroad.write("run.jsonl", text);
  const imported = await abroad.odw(["import", "run.jsonl"]);
  assert.equal(imported.code, 0, imported.stderr);
  assert.match(imported.stdout + imported.stderr, new RegExp(runId));
  assert.deepEqual(await recordOf(abroad, runId), await recordOf(home, runId));
  assert.deepEqual(await journalOf(abroad, runId), await journalOf(home, runId));

  const again = await abroad.odw(["import", "-"], { stdin: text });
  assert.equal(again.code, 0, again.stderr);
  assert.deepEqual(await journalOf(abroad, runId), await journalOf(home, runId));

  const result = resultOf(await abroad.odw(["resume", runId, "--output", "json"]));
  assert.deepEqual(result, [0, 1, 2, 3].map((n) => `part ${n} of trains${n === 2 ? "?" : "!"}`));
  assert.deepEqual(server.calls.map(({ prompt }) => prompt), ["part 2 of trains"]);
});

Deno.test("a truncated, damaged or contradicting export is refused with exit 2, and leaves nothing behind", async (t) => {
  const { place: home, text } = await exported();
  await using _home = home;
  const lines = text.trimEnd().split("\n");
  const cases: [string, string][] = [
    ["cut after a line", `${lines.slice(0, -1).join("\n")}\n`],
    ["cut within a line", text.slice(0, -20)],
    ["an answer changed", text.replace("part 1 of trains!", "part 1 of planes!")],
    ["no export", "hello\n"],
    ["empty", ""],
  ];
  for (const [name, damaged] of cases) {
    await t.step(name, async () => {
      await using abroad = await Place.make();
      await abroad.configure({});
      assert.notEqual(damaged, text);
      await abroad.write("run.jsonl", damaged);
      const { code, stdout, stderr } = await abroad.odw(["import", "run.jsonl"]);
      assert.deepEqual([code, stdout], [2, ""], stderr);
      assert.match(stderr, /run\.jsonl|line/);
      assert.deepEqual(JSON.parse((await abroad.odw(["ls", "--json"])).stdout), []);
    });
  }
});

Deno.test("a run that went on in two homes is a conflict, and neither is overwritten", async () => {
  const { place: home, runId, text } = await exported();
  await using _home = home;
  await using abroad = await Place.make();
  await using _server = await abroad.serve("openai-chat", { answer: ({ prompt }) => `${prompt}?` });
  await abroad.odw(["import", "-"], { stdin: text });
  resultOf(await abroad.odw(["resume", runId, "--output", "json"]));
  const grown = (await abroad.odw(["export", runId])).stdout;
  assert.notEqual(grown, text);
  await using _other = await home.serve("openai-chat", { answer: ({ prompt }) => `${prompt} elsewhere` });
  resultOf(await home.odw(["resume", runId, "--output", "json"]));
  const before = await journalOf(home, runId);
  const { code, stderr } = await home.odw(["import", "-"], { stdin: grown });
  assert.equal(code, 2, stderr);
  assert.match(stderr, new RegExp(runId));
  assert.deepEqual(await journalOf(home, runId), before);
});
