// Dialect A, row by row.
import assert from "node:assert/strict";
import { OdwError } from "../../src/errors.ts";
import { emptyTold, META, runBody, runText } from "./fake_host.ts";

const budgetError = () =>
  new OdwError("budget_exceeded", "Workflow token budget exceeded (12 / 10 output tokens)", {
    name: "WorkflowBudgetExceededError",
  });

Deno.test("parallel() keeps positions, turns throws and rejections into null and a failure line, undefined into null", async () => {
  const told = emptyTold();
  const result = await runBody(
    `phase("P"); return await parallel([() => agent("a"), () => { throw new Error("sync") }, async () => { throw "text" }, () => undefined, () => 5])`,
    {},
    told,
  );
  assert.deepEqual(result, ["answer to a", null, null, null, 5]);
  assert.deepEqual(told.failures, [
    { label: "parallel[1]", phase: "P", reason: "sync" },
    { label: "parallel[2]", phase: "P", reason: "text" },
  ]);
});

const ERRORS: [call: string, name: string, message: string | RegExp][] = [
  [`parallel(5)`, "TypeError", "parallel() expects an array of functions"],
  [
    `parallel([agent("a")])`,
    "TypeError",
    "parallel() expects an array of functions, not promises. Wrap each call: () => agent(...)",
  ],
  [`parallel(Array(4097).fill(() => agent("x")))`, "RangeError", /4096/],
  [`parallel([], { maxConcurrency: 0 })`, "RangeError", /maxConcurrency/],
  [`pipeline("x")`, "TypeError", "pipeline() expects an array as the first argument"],
  [`pipeline([1], 5)`, "TypeError", "pipeline() stages must be functions: pipeline(items, item => ..., result => ...)"],
  [`pipeline(Array(4097).fill(1), () => agent("x"))`, "RangeError", /4096/],
  [`workflow(5)`, "TypeError", /workflow\(\) expects a name/],
  [`loop(5)`, "TypeError", /loop\(\) expects two functions/],
  [`loop(() => false, () => 1, { maxIterations: 3 })`, "Error", /maximum of 3 iterations/],
  [`agent("a", { schema: { big: 1n } })`, "TypeError", /agent\(\) options\.schema\.big is a BigInt/],
];
for (const [call, name, message] of ERRORS) {
  Deno.test(`${call.slice(0, 60)} rejects with its documented text, and nothing starts`, async () => {
    const told = emptyTold();
    const seen = await runBody(`try { await ${call} } catch (e) { return [e.name, e.message] }`, {}, told) as string[];
    assert.equal(seen[0], name);
    if (typeof message === "string") assert.equal(seen[1], message);
    else assert.match(seen[1] ?? "", message);
    assert(!told.requests.some((request) => request.prompt === "x"));
  });
}

Deno.test("parallel([]) is [], and maxConcurrency bounds how many run at once", async () => {
  const result = await runBody(
    `let now = 0, most = 0; const one = async () => { most = Math.max(most, ++now); await agent("a"); now-- };
     return [await parallel([]), (await parallel(Array(9).fill(one), { maxConcurrency: 2 })).length, most]`,
  );
  assert.deepEqual(result, [[], 9, 2]);
});

Deno.test("slots that the budget dropped make one failure line with their count", async () => {
  const told = emptyTold();
  const given = {
    answer: (_r: unknown, _h: unknown, index: number) => index === 0 ? "first" : Promise.reject(budgetError()),
  };
  assert.deepEqual(await runBody(`return await parallel([1, 2, 3].map((i) => () => agent("p" + i)))`, given, told), [
    "first",
    null,
    null,
  ]);
  assert.deepEqual(told.failures, [{
    label: "parallel",
    phase: null,
    reason: `2 slots dropped: ${budgetError().message}`,
  }]);
});

Deno.test("pipeline() has no barrier between stages and gives results in item order", async () => {
  const result = await runBody(
    `const seen = []; let release; const gate = new Promise((r) => release = r);
     const out = await pipeline(["a", "b"], async (v, item, i) => { if (i === 1) await gate; seen.push(item + "1"); return v + "1" },
       (v, item, i) => { seen.push(item + "2"); if (i === 0) release(); return v + item + i });
     return [out, seen]`,
  );
  assert.deepEqual(result, [["a1a0", "b1b1"], ["a1", "a2", "b1", "b2"]]);
});

Deno.test("a pipeline stage's null ends its item, undefined passes on, null items enter stage 1, a throw is a failure line", async () => {
  const told = emptyTold();
  const result = await runBody(
    `const seen = []; const out = await pipeline([null, "u", "n", "t", "l"], (v) => { if (v === "t") throw new Error("bad"); return v === "u" ? undefined : v === "n" ? null : v ?? "was null" },
       (v, item) => { seen.push([v, item]); return item === "l" ? undefined : v });
     return [out, seen]`,
    {},
    told,
  );
  assert.deepEqual(result, [["was null", null, null, null, null], [["was null", null], [null, "u"], ["l", "l"]]]);
  assert.deepEqual(told.failures, [{ label: "pipeline[3]", phase: null, reason: "bad" }]);
});

Deno.test("pipelineNull: pass hands null on; no stages give the items; stages may come in an array", async () => {
  const body =
    `return [await pipeline([1], () => null, (v) => v === null ? "saw null" : v), await pipeline([1, 2]), await pipeline([1], [(v) => v + 1, (v) => v * 10])]`;
  assert.deepEqual(await runBody(body, { pipelineNull: "pass" }), [["saw null"], [1, 2], [20]]);
  assert.deepEqual(await runBody(body), [[null], [1, 2], [20]]);
});

Deno.test("log() joins values, objects as JSON; console writes with its level", async () => {
  const told = emptyTold();
  await runBody(
    `log("a", 1, { b: [2] }, null, undefined, new TypeError("t")); console.log("i"); console.info("i"); console.warn("w"); console.error("e"); console.debug("d");
     const o = {}; o.o = o; log(o, Symbol("s"), 1n)`,
    {},
    told,
  );
  assert.deepEqual(told.logs, [
    ["info", 'a 1 {"b":[2]} null undefined TypeError: t'],
    ["info", "i"],
    ["info", "i"],
    ["warn", "w"],
    ["error", "e"],
    ["debug", "d"],
    ["info", "[value that cannot be shown] Symbol(s) 1"],
  ]);
});

Deno.test("args are the real value, and undefined when none were given", async () => {
  assert.equal(await runBody("return typeof args"), "undefined");
  assert.deepEqual(await runBody("return [args.a[0], JSON.stringify(args)]", { args: { a: [1], "__proto__x": 2 } }), [
    1,
    '{"a":[1],"__proto__x":2}',
  ]);
  assert.equal(await runBody("return args", { args: '{"a":1}' }), '{"a":1}');
});

Deno.test("budget shows the total, what was spent with each answer, and what remains", async () => {
  let spentTokens = 10;
  const spent = () => ({ spentTokens, spentCostUsd: 0 });
  const answer = () => {
    spentTokens += 50;
    return "x";
  };
  const body =
    `const seen = [budget.total, budget.spent(), budget.remaining()]; await agent("a"); seen.push(budget.spent(), budget.remaining()); await agent("b"); return [...seen, budget.remaining()]`;
  assert.deepEqual(await runBody(body, { spent, answer, budget: { totalTokens: 100, totalCostUsd: null } }), [
    100,
    10,
    90,
    60,
    40,
    0,
  ]);
  assert.deepEqual(await runBody("return [budget.total, budget.remaining() === Infinity]"), [null, true]);
});

Deno.test("workflow() passes names, paths and args as they are: null stays null, text stays text, omitted stays absent", async () => {
  const told = emptyTold();
  const result = await runBody(
    `return [await workflow("child", null), await workflow({ scriptPath: "./c.js" }), await workflow("c", '{"a":1}')]`,
    { workflow: (args) => args === undefined ? "none" : args },
    told,
  );
  assert.deepEqual(result, [null, "none", '{"a":1}']);
  assert.deepEqual(told.workflows.map(({ ref }) => ref), [{ name: "child" }, { scriptPath: "./c.js" }, { name: "c" }]);
  const failing = { workflow: () => Promise.reject(new OdwError("not_found", "no workflow x; there are: a, b")) };
  assert.equal(await runBody(`try { await workflow("x") } catch (e) { return e.code }`, failing), "not_found");
});

Deno.test("loop, checkpoint, compact and summarize are globals of dialect A too", async () => {
  const told = emptyTold();
  const result = await runBody(
    `phase("Q"); const seen = [checkpoint({ phase: "K", v: 1 }), checkpoint(5)];
     seen.push(await loop((i) => i === 3, async (i) => i * 2), compact([1, 2, 3], { maxChars: 5 }), await summarize("x".repeat(30), { maxChars: 20 }));
     return seen`,
    { answer: () => "short" },
    told,
  );
  assert.deepEqual(result, [null, null, 4, [1, 2], "short"]);
  assert.deepEqual(told.checkpoints, [["K", { phase: "K", v: 1 }], ["Q", 5]]);
  assert.equal(told.handlings[0]?.label, "summarize");
});

Deno.test("the return value becomes JSON: undefined is null, a Map {}, Infinity null", async () => {
  assert.equal(await runBody(""), null);
  assert.deepEqual(
    await runBody("return { m: new Map([[1, 2]]), i: Infinity, u: undefined, d: new Date(0), n: [undefined] }"),
    {
      m: {},
      i: null,
      d: "1970-01-01T00:00:00.000Z",
      n: [null],
    },
  );
});

for (
  const [value, says] of [
    ["{ a: [0, { 'b c': 1n }] }", /^result\.a\[1\]\["b c"\] is a BigInt/],
    ["(() => { const o = { p: {} }; o.p.q = o; return o })()", /^result\.p\.q refers back/],
    ["{ a: { toJSON() { throw new Error('no') } } }", /^toJSON\(\) of result\.a threw Error: no/],
    ["{ get g() { throw new Error('no') } }", /^reading result\.g threw Error: no/],
  ] as const
) {
  Deno.test(`a result that JSON cannot hold names the place: ${value}`, async () => {
    await assert.rejects(runBody(`return ${value}`), (error: OdwError) => {
      assert.equal(error.code, "script_failed");
      assert.match(error.message, says);
      return true;
    });
  });
}

Deno.test("real scripts may declare the globals' names at the top level", async () => {
  const names = [
    "budget",
    "verify",
    "context",
    "compact",
    "tools",
    "state",
    "loop",
    "checkpoint",
    "summarize",
    "ask",
    "console",
    "name",
    "status",
  ];
  assert.equal(
    await runBody(`${names.map((name) => `const ${name} = "${name}";`).join(" ")} return ${names.join(" + ")}`),
    names.join(""),
  );
  assert.equal(await runBody("function log() { return 'own' } return log()"), "own");
});

Deno.test("export default: a function gets the globals, an object is the result", async () => {
  assert.equal(await runText(`${META}\nexport default async ({ agent }) => await agent("d")`), "answer to d");
  assert.equal(
    await runText(`${META}\nexport default async function main(g) { return typeof g.parallel + typeof main }\n(1)`),
    "functionfunction",
  );
  assert.equal(await runText(`${META}\nexport default function () { return 7 }\n`), 7);
  assert.deepEqual(await runText(`${META}\nexport default { a: 1 };\n`), { a: 1 });
});

Deno.test("a script that waits for nothing ends with an error instead of hanging", async () => {
  await assert.rejects(runBody("await new Promise(() => {})"), /waits for a promise that nothing can settle/);
});
