// What a provider says of its token counts never harms a run, another run, or the database.
import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { Place } from "./odw_process.ts";

const APIS = ["openai-chat", "openai-responses", "anthropic-messages", "ollama-chat"] as const;
const SCRIPT = `export const meta = { name: "two", description: "d" };
return await parallel([() => agent("a"), () => agent("b")]);`;

/** Not `NaN`: JSON has none. */
const WILD: [name: string, count: unknown][] = [
  ["above 2^53", 2 ** 60],
  ["whose sum is above 2^53", 2 ** 52 + 2 ** 51],
  ["a fraction", 7.5],
  ["negative", -5],
  ["1e308", 1e308],
  ["a text", "12"],
];

for (const api of APIS) {
  Deno.test(`${api}: wild token counts are unknown ones; the run and the journal stay sound`, async (t) => {
    await using place = await Place.make();
    let count: unknown = 0;
    await using _server = await place.serve(api, {
      answer: () => ({ text: "fine", usage: { input: count as number, output: count as number } }),
    });
    await place.write("two.js", SCRIPT);
    for (const [name, value] of WILD) {
      await t.step(name, async () => {
        count = value;
        const { code, stdout, stderr } = await place.odw(["run", "two.js", "--output", "json"]);
        assert.equal(code, 0, stderr);
        const { usage, result } = JSON.parse(stdout);
        assert.deepEqual(result, ["fine", "fine"]);
        for (const tokens of [usage.inputTokens, usage.outputTokens]) {
          assert.ok(Number.isInteger(tokens) && tokens > 0 && tokens < 10_000, `${name}: ${tokens}`);
        }
      });
    }
    for (const args of [["ls"], ["show", "last"], ["report", "last"], ["db", "check"]]) {
      const { code, stderr } = await place.odw(args);
      assert.equal(code, 0, `${args}: ${stderr}`);
    }
  });
}

Deno.test("a database that an older odw poisoned is read by every command, told by db check and mended by --repair", async () => {
  await using place = await Place.make();
  await using _server = await place.serve("openai-chat", { answer: () => "fine" });
  await place.write("two.js", SCRIPT);
  assert.equal((await place.odw(["run", "two.js"])).code, 0);
  {
    using db = new DatabaseSync(`${place.home}/odw.db`);
    db.exec("UPDATE runs SET input_tokens = 1152921504606846976, output_tokens = -9223372036854775807");
  }
  for (const args of [["ls"], ["ls", "--json"], ["show", "last"], ["show", "last", "--json"], ["report", "last"]]) {
    const { code, stderr } = await place.odw(args);
    assert.equal(code, 0, `${args}: ${stderr}`);
  }
  const told = await place.odw(["db", "check"]);
  assert.equal(told.code, 1);
  assert.match(told.stderr, /does not agree with its events in inputTokens, outputTokens/);
  const mended = await place.odw(["db", "check", "--repair"]);
  assert.equal(mended.code, 0, mended.stderr);
  assert.match(mended.stderr, /mended: run \S+: its row does not agree/);
  assert.match((await place.odw(["db", "check"])).stdout, /State\s+sound/);
  const { usage } = JSON.parse((await place.odw(["show", "last", "--json"])).stdout);
  assert.deepEqual([usage.inputTokens, usage.outputTokens], [20, 10]);
});
