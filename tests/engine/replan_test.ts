// plan() and replan(): the sub-script that was written is the one that runs, also when the run is resumed.
import assert from "node:assert/strict";
import type { ReplanRequest } from "../../src/sandbox.ts";
import { openSandbox } from "../../src/sandbox/open.ts";
import { run, script, toolBench } from "./tool_bench.ts";

/** A planner whose sub-scripts differ each time. */
function counting(asked: ReplanRequest[], body = (n: number) => `return [${n}, args, await agent("sub")];`) {
  return {
    subScript(request: ReplanRequest) {
      const n = asked.push(request);
      using sandbox = openSandbox();
      return Promise.resolve(sandbox.parse({ ...script(body(n)), file: `planned-${n}.js` }));
    },
  };
}

Deno.test("plan() and replan() run what the planner writes as a child of the run", async () => {
  const asked: ReplanRequest[] = [];
  await using bench = await toolBench({ act: ({ prompt }) => `${prompt}!`, planner: counting(asked) });
  const engine = await bench.open();
  const meta = await run(engine, `return await plan("find the bug", { args: { depth: 2 } });`);
  assert.deepEqual(meta.result, [1, { depth: 2 }, "sub!"]);
  const text = `module.exports.execute = () => replan("go on", { reason: "stuck", strategy: "search" });`;
  const { id } = await engine.start({ script: { text, file: "b.js" } });
  assert.deepEqual((await engine.outcome(id)).result, [2, null, "sub!"]);
  assert.deepEqual(asked, [
    { prompt: "find the bug", args: { depth: 2 } },
    { prompt: "go on", reason: "stuck", strategy: "search" },
  ]);
});

Deno.test("a resume and a replay run the same sub-script again, and its recorded agents cost nothing", async () => {
  const asked: ReplanRequest[] = [];
  const prompts: string[] = [];
  await using bench = await toolBench({
    act: ({ prompt }) => (prompts.push(prompt), "answer"),
    planner: counting(asked),
  });
  const engine = await bench.open();
  const body = `const first = await plan("task"); if (args === 1) throw new Error("stop"); return first;`;
  const { id } = await engine.start({ script: script(body), args: 1 });
  await engine.outcome(id);
  await engine.resume({ ref: id, args: 2 });
  const { result } = await engine.outcome(id);
  assert.deepEqual(result, [1, null, "answer"]);
  assert.deepEqual(await engine.replay({ ref: id }), result);
  assert.equal(asked.length, 1);
  assert.deepEqual(prompts, ["sub"]);
});

Deno.test("a run plans twice at most, and a planned script plans nothing", async () => {
  const asked: ReplanRequest[] = [];
  await using bench = await toolBench({ act: () => "x", planner: counting(asked, (n) => `return ${n};`) });
  const engine = await bench.open();
  const body = `return [await plan("a"), await plan("b"), await plan("c").catch((e) => e.message)];`;
  const { result } = await run(engine, body);
  assert.deepEqual((result as unknown[]).slice(0, 2), [1, 2]);
  assert.match(String((result as unknown[])[2]), /has planned 2 sub-scripts/);

  await using nested = await toolBench({
    act: () => "x",
    planner: counting([], () => `return await plan("deeper").catch((e) => e.message);`),
  });
  const deeper = await run(await nested.open(), `return await plan("outer");`);
  assert.match(String(deeper.result), /cannot be called from within a planned sub-script/);
  const empty = await run(await nested.open(), `return await plan("").catch((e) => e.name);`);
  assert.equal(empty.result, "TypeError");
});
