// A reader of stdout that goes away, as `odw run … | head -1`, ends the output and nothing else.
import assert from "node:assert/strict";
import { Place } from "./odw_process.ts";

const LONG = `export const meta = { name: "long", description: "d" };
const lines = Array.from({ length: 200000 }, (_, i) => "line " + i);
await agent("one");
return lines.join("\\n");
`;

/** Reads the first bytes of stdout and closes it. */
async function readALittle(child: Deno.ChildProcess): Promise<string> {
  const reader = child.stdout.getReader();
  const { value } = await reader.read();
  await reader.cancel();
  return new TextDecoder().decode(value);
}

for (const format of ["text", "json", "stream-json"]) {
  Deno.test(`a run whose ${format} output nobody reads to its end is completed and recorded`, async () => {
    await using place = await Place.make();
    await place.write("long.js", LONG);
    const child = place.spawn(["run", "long.js", "--model", "sim:fast", "--output", format]);
    const errors = new Response(child.stderr).text();
    assert.notEqual(await readALittle(child), "");
    const { code } = await child.status;
    assert.equal(code, 0, await errors);
    assert.doesNotMatch(await errors, /pipe|EPIPE|Uncaught/i);
    const [run] = JSON.parse((await place.odw(["ls", "--json"])).stdout);
    assert.equal(run.status, "completed");
  });
}
