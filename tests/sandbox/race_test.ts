// race(): the first good answer wins; the losers are cancelled, and what they would still call never starts.
import assert from "node:assert/strict";
import type { Json } from "../../src/json.ts";
import { openSandbox } from "../../src/sandbox/open.ts";
import { emptyTold, fakeHost, type Given, META, optionsOf, runBody, type Told } from "./fake_host.ts";

/** Runs a script on a host that leaves prompts with `slow` open, and notes which calls are cancelled. */
async function run(body: string, given: Given = {}): Promise<{ result: Json; cancelled: string[]; told: Told }> {
  const cancelled: string[] = [];
  const told = emptyTold();
  const host = fakeHost(given, told);
  const sandbox = openSandbox();
  const script = sandbox.parse({ text: `${META} ${body}`, file: "script.js" });
  const result = await sandbox.execute(script, {
    ...host,
    async agent(request, handling, race) {
      race?.cancelled.addEventListener("abort", () => cancelled.push(request.prompt));
      // As the engine does.
      await race?.mayStart;
      if (race?.cancelled.aborted) return await new Promise(() => {});
      const answer = host.agent(request, handling);
      return request.prompt.startsWith("slow") ? new Promise(() => {}) : answer;
    },
  }, optionsOf(given));
  return { result, cancelled, told };
}

Deno.test("the first good answer wins, a loser is cancelled, and the script goes on", async () => {
  const { result, cancelled } = await run(`
    const won = await race([() => agent("slow"), async () => { await null; return await agent("quick"); }]);
    return [won, await agent("after")];`);
  assert.deepEqual(result, ["answer to quick", "answer to after"]);
  assert.deepEqual(cancelled, ["slow"]);
});

Deno.test("a call after an await belongs to its branch: it is cancelled when the other branch wins", async () => {
  const { result, cancelled, told } = await run(`
    return await race([
      async () => { await agent("a1"); return await agent("slow a2"); },
      async () => { await agent("b1"); await agent("b2"); await agent("b3"); return "b"; },
    ]);`);
  assert.equal(result, "b");
  assert.deepEqual(cancelled, ["slow a2"]);
  assert.equal(told.requests.length, 5);
});

Deno.test("a branch that has lost starts nothing more", async () => {
  const { result, told } = await run(`
    return await race([() => "at once", () => agent("never"), async () => { await null; return agent("never"); }]);`);
  assert.equal(result, "at once");
  assert.deepEqual(told.requests, []);
});

Deno.test("answers that are not accepted lose, and a race without a good answer gives null", async () => {
  const accept = `{ accept: (value) => value === "answer to b" }`;
  assert.equal(
    (await run(`return await race([() => agent("a"), () => agent("b")], ${accept});`)).result,
    "answer to b",
  );
  assert.equal((await run(`return await race([() => null, async () => { throw new Error("no"); }]);`)).result, null);
  assert.equal((await run(`return await race([]);`)).result, null);
});

Deno.test("a lost branch cancels the races inside it", async () => {
  const { result, cancelled } = await run(`
    return await race([() => race([() => agent("slow 1"), () => agent("slow 2")]), () => agent("quick")]);`);
  assert.equal(result, "answer to quick");
  assert.deepEqual(cancelled, ["slow 1", "slow 2"]);
});

Deno.test("promises in place of functions are refused", async () => {
  await assert.rejects(
    runBody(`return await race([agent("a")]);`),
    /race\(\) expects an array of functions, not promises/,
  );
});
