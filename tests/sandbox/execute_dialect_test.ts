// Dialect B, row by row.
import assert from "node:assert/strict";
import { OdwError } from "../../src/errors.ts";
import { emptyTold, runExecute, runText } from "./fake_host.ts";

Deno.test("a script that leaves no function at execute is refused with the documented text", async () => {
  for (
    const text of [
      "module.exports = { execute: 5 }",
      "module.exports = { run() {} }",
      "if (false) exports.execute = () => 1",
    ]
  ) {
    await assert.rejects(runText(text), (error: OdwError) => {
      assert.equal(error.code, "script_invalid");
      assert.match(error.message, /script must export execute via module\.exports = \{ execute \}/);
      return true;
    });
  }
});

Deno.test("execute may be sync or async, at module.exports or exports, and gets { tools, strategy, args }", async () => {
  assert.equal(await runText("exports.execute = () => 3"), 3);
  assert.equal(await runText("async function execute() { return 4 }\nmodule.exports = { execute }"), 4);
  assert.deepEqual(await runExecute("return [Object.keys(context), context.args, context.tools]", { args: { a: 1 } }), [
    ["tools", "strategy", "args"],
    { a: 1 },
    {},
  ]);
});

Deno.test("the file is a plain script: sloppy mode, its own module and exports, shadowable globals", async () => {
  assert.equal(
    await runText("undeclared = 5; module.exports.execute = () => undeclared + typeof require"),
    "5undefined",
  );
  assert.equal(
    await runText(
      "const budget = 1, verify = 2, tools = 3, agent = 4, log = 5; exports.execute = () => budget + verify + tools + agent + log",
    ),
    15,
  );
});

Deno.test("agent() takes one object, with dialect B's names", async () => {
  const told = emptyTold();
  await runExecute(
    `phase("P"); await agent({ role: "critic", prompt: "p", schema: { findings: "array" }, model: "m", tools: ["search"], maxTokens: 5,
      temperature: 1, systemPrompt: "s", maxToolIterations: 3, timeout: 1000 })`,
    {},
    told,
  );
  assert.deepEqual(told.requests, [{
    prompt: "p",
    role: "critic",
    schema: { findings: "array" },
    model: "m",
    tools: ["search"],
    maxTokens: 5,
    temperature: 1,
    system: "s",
    maxTurns: 3,
  }]);
  assert.deepEqual(told.handlings, [{ phase: "P", line: 1, timeoutMs: 1000 }]);
  assert.deepEqual(told.logs, []);
});

Deno.test("agent() with a string or without a prompt rejects before any call", async () => {
  const told = emptyTold();
  const seen = await runExecute(
    `const seen = []; for (const bad of ["text", {}, null, undefined]) try { await agent(bad) } catch (e) { seen.push(e.name) } return seen`,
    {},
    told,
  );
  assert.deepEqual(seen, ["TypeError", "TypeError", "TypeError", "TypeError"]);
  assert.deepEqual(told.requests, []);
});

Deno.test("agent() rejects with the host's code", async () => {
  const answer = () => Promise.reject(new OdwError("rate_limit", "slow down"));
  assert.deepEqual(
    await runExecute(`try { await agent({ prompt: "a" }) } catch (e) { return [e.code, e.message] }`, { answer }),
    [
      "rate_limit",
      "slow down",
    ],
  );
});

Deno.test("parallel() rejects with the first failure, starts nothing more, and takes plain values and promises", async () => {
  assert.deepEqual(
    await runExecute(`return await parallel([1, Promise.resolve(2), () => 3, () => agent({ prompt: "x" })])`),
    [1, 2, 3, "answer to x"],
  );
  const told = emptyTold();
  const seen = await runExecute(
    `let started = 0; try { await parallel([() => { started++; throw new Error("no") }, () => { started++ }, () => { started++ }], { maxConcurrency: 1 }) }
     catch (e) { await 0; return [e.message, started] }`,
    {},
    told,
  );
  assert.deepEqual(seen, ["no", 1]);
  assert.deepEqual(told.failures, []);
});

Deno.test("pipeline() takes its stages in an array; a failed item is null; null is passed on", async () => {
  const result = await runExecute(
    `return await pipeline([1, 2, 3], [(v) => v === 1 ? null : v === 2 ? undefined.x : v, (v, item, i) => [v, item, i]])`,
  );
  assert.deepEqual(result, [[null, 1, 0], null, [3, 3, 2]]);
});

Deno.test("loop() asks its condition first, with i from 0, and gives the last body value", async () => {
  const result = await runExecute(
    `const seen = []; const last = await loop(async (i) => { seen.push("c" + i); return i === 2 }, (i) => { seen.push("b" + i); return i });
     return [last, seen, await loop(() => true, () => 1) === undefined]`,
  );
  assert.deepEqual(result, [1, ["c0", "b0", "c1", "b1", "c2"], true]);
  await assert.rejects(runExecute("await loop(() => false, () => 1)"), /maximum of 100 iterations/);
});

Deno.test("checkpoint() gives null and is keyed by data.phase, else by the current phase", async () => {
  const told = emptyTold();
  assert.deepEqual(
    await runExecute(
      `const a = checkpoint({ phase: "own" }); phase("cur", { x: 1 }); return [a, await checkpoint([1])]`,
      {},
      told,
    ),
    [null, null],
  );
  assert.deepEqual(told.checkpoints, [["own", { phase: "own" }], ["cur", [1]]]);
});

Deno.test("log() has a level, args() and budget() are functions", async () => {
  const told = emptyTold();
  const result = await runExecute(
    `log("a"); log("b", "warn"); log({ c: 1 }, "error"); log("d", "odd"); return [args(), budget()]`,
    {
      budget: { totalTokens: 1000, totalCostUsd: 50 },
      spent: () => ({ spentTokens: 250, spentCostUsd: 25 }),
    },
    told,
  );
  assert.deepEqual(told.logs, [["info", "a"], ["warn", "b"], ["error", '{"c":1}'], ["info", "d"]]);
  assert.deepEqual(result, [{}, { tokensUsed: 250, costUSD: 25, maxTokens: 1000, maxCostUSD: 50, percentUsed: 50 }]);
  assert.equal(await runExecute("return args()", { args: "text" }), "text");
});

Deno.test("compact() drops whole elements, keeps the kind, and is the identity when the value fits", async () => {
  const result = await runExecute(
    `const same = { a: [1] }; const big = { items: Array.from({ length: 1000 }, (_, i) => ({ i })), total: 1000, note: "n" };
     const small = compact(big, { maxChars: 200 });
     return [compact(same) === same, compact("x".repeat(9), { maxChars: 4 }), compact([["a".repeat(50), "b"]], { maxChars: 30 }), small.total, small.note,
       Object.keys(small), small.items.length > 5 && small.items.every((item, i) => item.i === i), JSON.stringify(small).length <= 200, compact(5, { maxChars: 1 })]`,
  );
  assert.deepEqual(result, [true, "xxxx", [[]], 1000, "n", ["items", "total", "note"], true, true, 5]);
});

Deno.test("compact() cuts no surrogate pair and survives values that only toJSON makes JSON", async () => {
  assert.deepEqual(
    await runExecute(`return [compact("a😀", { maxChars: 2 }), compact(new Date(0), { maxChars: 4 })]`),
    ["a", "1970"],
  );
});

Deno.test("summarize() maps over chunks and reduces their summaries through agent()", async () => {
  const told = emptyTold();
  const result = await runExecute(
    `return [await summarize("short", { maxChars: 10 }), await summarize("x".repeat(95), { maxChars: 10, chunkSize: 40, role: "r", model: "m", instructions: "Do it." })]`,
    { answer: (request) => request.prompt.includes("part") ? "twelve chars" : "done" },
    told,
  );
  assert.deepEqual(result, ["short", "done"]);
  assert.equal(told.requests.length, 4 + 0);
  assert.match(
    told.requests[0]?.prompt ?? "",
    /^Do it\.\nAnswer in at most 10 characters\. This is part 1 of 3\.\n\nx{40}$/,
  );
  assert.deepEqual([told.requests[0]?.role, told.requests[0]?.model], ["r", "m"]);
});

Deno.test("Date.now() and Math.random() give journaled values, the same for the same seed", async () => {
  const given = { clock: { mode: "seeded", startMs: 1700000000000, seed: 7 } as const };
  const body = "return [Date.now(), new Date().toISOString(), Math.random(), Math.random()]";
  const first = await runExecute(body, given) as unknown[];
  assert.deepEqual(first, await runExecute(body, given));
  assert.deepEqual(first.slice(0, 2), [1700000000000, "2023-11-14T22:13:20.000Z"]);
  assert.notEqual(first[2], first[3]);
  assert.notDeepEqual(first, await runExecute(body, { clock: { ...given.clock, seed: 8 } }));
});

Deno.test("what a script throws while it is evaluated fails the run with its place", async () => {
  await assert.rejects(
    runText("exports.execute = () => 1;\nthrow new Error('early')", { file: "b.js" }),
    (error: OdwError) => {
      assert.deepEqual([error.code, error.message], ["script_failed", "early"]);
      assert.match(error.scriptStack ?? "", /b\.js:2:/);
      return true;
    },
  );
});
