// A run replayed purely from its journal: no provider, nothing recorded, and the first divergence is loud.
import assert from "node:assert/strict";
import { Place } from "./odw_process.ts";
import { documentOf, journalOf } from "./recorded_run.ts";

const SCRIPT = `export const meta = { name: "replayed", description: "d" };
const notes = await parallel(["a", "b", "a"].map((name) => () => agent("note " + name)));
return { notes, end: await agent("end " + notes.join(" ")), topic: args.topic };`;

/** A completed run whose provider is gone for good. */
async function recorded() {
  const place = await Place.make();
  const server = await place.serve("openai-chat", { answer: ({ prompt, index }) => `${prompt} by ${index}` });
  await place.write("replayed.js", SCRIPT);
  const { runId, result } = documentOf(
    await place.odw(["run", "replayed.js", "--arg", "topic=t", "--concurrency", "1", "--output", "json"]),
  );
  await server[Symbol.asyncDispose]();
  return { place, runId: runId!, result };
}

Deno.test("--replay gives the recorded result without a provider and records nothing", async () => {
  const { place, runId, result } = await recorded();
  await using _place = place;
  await place.configure({});
  const before = await journalOf(place, runId);
  for (const args of [["run", "--replay", runId], ["run", "replayed.js", "--replay", runId]]) {
    const { code, stdout, stderr } = await place.odw(args);
    assert.equal(code, 0, stderr);
    assert.deepEqual(JSON.parse(stdout), result);
  }
  assert.deepEqual(await journalOf(place, runId), before);
  assert.equal(JSON.parse((await place.odw(["ls", "--json"])).stdout).length, 1);
});

Deno.test("--replay fails loudly at the first call that the journal lacks, and at a result that differs", async (t) => {
  const { place, runId } = await recorded();
  await using _place = place;
  const cases: [string, string, RegExp][] = [
    ["another prompt", SCRIPT.replace(`"end "`, `"finish "`), /finish note a/],
    ["one call more", SCRIPT.replace(`"b", "a"`, `"b", "a", "a"`), /note a/],
    [
      "one call that is swallowed",
      SCRIPT.replace(`await agent("end "`, `await agent("lost").catch(() => null) ?? ("end "`),
      /lost/,
    ],
    ["another result", SCRIPT.replace("topic: args.topic", "topic: 1"), /result/],
  ];
  for (const [name, text, divergence] of cases) {
    await t.step(name, async () => {
      await place.write("edited.js", text);
      const { code, stdout, stderr } = await place.odw(["run", "edited.js", "--replay", runId]);
      assert.notEqual(code, 0);
      assert.equal(stdout, "");
      assert.match(stderr, divergence);
    });
  }
});

Deno.test("--replay of a run that never ended or does not exist is refused", async () => {
  const { place } = await recorded();
  await using _place = place;
  const { code, stderr } = await place.odw(["run", "replayed.js", "--replay", "nobody"]);
  assert.equal(code, 2, stderr);
  assert.match(stderr, /nobody/);
});
