// Many processes want one run: exactly one gets it.
import assert from "node:assert/strict";
import { Arrivals } from "./arrivals.ts";
import { type Ended, Place } from "./odw_process.ts";
import { documentOf, resultOf } from "./recorded_run.ts";

const PROCESSES = 8;

Deno.test("of 8 processes that resume one run exactly one wins, and the others say that it is owned", async () => {
  await using place = await Place.make();
  let isBroken = true;
  const asked = new Arrivals();
  const losers = new Arrivals();
  await using server = await place.serve("openai-chat", {
    answer: async ({ prompt }) => {
      if (prompt === "solid") return "solid";
      if (isBroken) return { status: 400, body: {} };
      asked.add();
      // The winner holds the run until all others have been refused.
      await losers.reach(PROCESSES - 1);
      return "mended";
    },
  });
  await place.write(
    "race.js",
    `export const meta = { name: "race", description: "d" };
return await parallel([() => agent("solid"), () => agent("one"), () => agent("two")]);`,
  );
  const { runId } = documentOf(await place.odw(["run", "race.js", "--output", "json"]));
  isBroken = false;
  const ended = await Promise.all(Array.from({ length: PROCESSES }, async () => {
    const process = await place.odw(["resume", runId!, "--output", "json"]);
    losers.add();
    return process;
  }));
  const winners = ended.filter(({ code }) => code === 0);
  assert.equal(winners.length, 1, told(ended));
  assert.deepEqual(resultOf(winners[0]!), ["solid", "mended", "mended"]);
  for (const loser of ended.filter(({ code }) => code !== 0)) {
    assert.equal(loser.code, 2, loser.stderr);
    assert.match(loser.stderr, new RegExp(`${runId}.*another process`, "s"));
  }
  assert.equal(asked.count, 2);
  assert.equal(server.calls.length, 5);
});

function told(ended: Ended[]): string {
  return ended.map(({ code, stderr }) => `${code}: ${stderr}`).join("\n");
}
