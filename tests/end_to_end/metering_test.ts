// What a run is charged with and how much of it runs at once, from the wire to the printed document.
import assert from "node:assert/strict";
import { Place } from "./odw_process.ts";

const THREE = `export const meta = { name: "three", description: "d" };
return await parallel([1, 2, 3].map((n) => () => agent("question " + n)));
`;
/** USD per million tokens. */
const PRICE = { input: 10, output: 50, cacheRead: 1 };

for (
  const [api, costUsd] of [
    // 600 tokens fresh, 400 from the cache, 100 out; Ollama reports no cache.
    ["anthropic-messages", 0.0114],
    ["openai-chat", 0.0114],
    ["openai-responses", 0.0114],
    ["ollama-chat", 0.015],
  ] as [string, number][]
) {
  Deno.test(`${api}: input from the cache is counted as input and charged at its own price`, async () => {
    await using place = await Place.make();
    const usage = { input: 1000, output: 100, cacheRead: 400, reasoning: 30 };
    await using _server = await place.serve(api, { answer: () => ({ text: "ok", usage }) }, {
      prices: { "wire/*": PRICE },
    });
    await place.write("three.js", THREE);
    const { code, stdout, stderr } = await place.odw(["run", "three.js", "--output", "json"]);
    assert.equal(code, 0, stderr);
    const document = JSON.parse(stdout);
    assert.equal(document.usage.inputTokens, 3000);
    assert.equal(document.usage.outputTokens, 300);
    assert.ok(Math.abs(document.usage.costUsd - 3 * costUsd) < 1e-9, `cost ${document.usage.costUsd}`);
  });
}

Deno.test("--concurrency bounds the requests that are under way at once, and all of them are made", async () => {
  await using place = await Place.make();
  await using server = await place.serve("openai-chat", { answer: () => "ok", delayMs: 20 });
  const script = THREE.replace("[1, 2, 3]", "Array.from({ length: 24 }, (_, i) => i)");
  await place.write("many.js", script);
  assert.equal((await place.odw(["run", "many.js", "--concurrency", "3"])).code, 0);
  assert.equal(server.peak, 3);
  assert.equal(server.calls.length, 24);
});

Deno.test("a server's Retry-After is waited out, and the run ends whole", async () => {
  await using place = await Place.make();
  const times: number[] = [];
  await using _server = await place.serve("openai-chat", {
    answer({ index }) {
      times.push(performance.now());
      return index === 0
        ? { status: 429, headers: { "retry-after": "1" }, body: { error: { message: "slow down" } } }
        : "ok";
    },
  });
  await place.write("one.js", `export const meta = { name: "one", description: "d" };\nreturn await agent("q");\n`);
  const { code, stdout } = await place.odw(["run", "one.js"]);
  assert.deepEqual([code, stdout.trim()], [0, "ok"]);
  assert.ok(times[1]! - times[0]! >= 990, `asked again after ${times[1]! - times[0]!} ms`);
});
