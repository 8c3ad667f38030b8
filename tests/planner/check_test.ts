// What a check finds in bad scripts, and what it says that good ones will do.
import assert from "node:assert/strict";
import { checkBody, checkText, META, plannerSettings, testPlanner } from "./planner_harness.ts";

const YES = `{ type: "object", properties: { ok: { type: "boolean" } }, required: ["ok"] }`;

const BAD: [promise: string, body: string, place: string, says: RegExp, fix: RegExp][] = [
  ["parallel of promises", `await parallel([agent("a")]);`, "s.js:2:17", /not promises/, /\(\) => agent\("a"\)/],
  [
    "parallel over a map of promises",
    `const xs = [1];\nawait parallel(xs.map((x) => agent("a" + x)));`,
    "s.js:3:30",
    /not promises/,
    /\(item\) => \(\) =>/,
  ],
  ["parallel of plain values", `await parallel(["a"]);`, "s.js:2:17", /array of functions/, /=>/],
  ["parallel of a function", `await parallel(() => agent("a"));`, "s.js:2:16", /array of functions/, /\[\(\) =>/],
  [
    "a stage that is called",
    `await pipeline([1], agent("a"));`,
    "s.js:2:21",
    /stages must be\s+functions/,
    /\(previous, item\)/,
  ],
  ["a missing await", `const a = agent("a");\nreturn a.length;`, "s.js:3:8", /without await/, /await agent/],
  ["a missing await in a text", 'return `${agent("a")}`;', "s.js:2:11", /without await/, /await agent/],
  ["a loop without end", `while (true) { await agent("a"); }`, "s.js:2:1", /without end/, /for \(let round/],
  [
    "a schema of an array",
    `await agent("a", { schema: { type: "array" } });`,
    "s.js:2:28",
    /must be an object/,
    /type: "object"/,
  ],
  [
    "the other dialect's agent",
    `await agent({ prompt: "a" });`,
    "s.js:2:13",
    /takes the prompt first/,
    /agent\(prompt/,
  ],
  ["the other dialect's args", `return args().x;`, "s.js:2:8", /args is a value/, /^args$/],
  ["an unknown global", `return await fetch("http://x");`, "s.js:2:14", /fetch is not defined/, /web_fetch/],
  ["a misspelt global", `return await agnet("a");`, "s.js:2:14", /agnet is not defined/, /did you mean agent/],
  ["a clock", `return Date.now();`, "s.js:2:8", /breaks resume/, /--deterministic-clock/],
];

for (const [promise, body, place, says, fix] of BAD) {
  Deno.test(`check finds ${promise}, with its place and its mending`, async () => {
    const { problems } = await checkBody(body);
    const found = problems.find((problem) => problem.severity === "error" && says.test(problem.message));
    assert.ok(found, JSON.stringify(problems));
    assert.equal(found.place, place);
    assert.match(found.fix ?? "", fix);
    assert.ok(found.message.includes(" | "), "the source line is shown");
  });
}

Deno.test("check finds dialect A forms in dialect B", async () => {
  const text = `module.exports.execute = async () => {\n  const x = args.x;\n  return await agent("a" + x);\n};\n`;
  const { dialect, problems } = await checkText(text);
  assert.equal(dialect, "execute");
  assert.ok(problems.some(({ place, fix }) => place === "s.js:2:13" && fix === "args().x"));
});

Deno.test("check gives a syntax error as a problem with its place", async () => {
  const { dialect, problems, estimate } = await checkBody("const x = ;");
  assert.equal(dialect, null);
  assert.equal(estimate, null);
  assert.equal(problems[0]?.place, "s.js:2:11");
});

Deno.test("check warns of unknown options with the near name, and of one that is given twice", async () => {
  const { problems } = await checkBody(`return await agent("a", { lable: "x", effort: "low", effort: "huge" });`);
  assert.deepEqual(problems.map(({ severity }) => severity), ["warning", "warning"]);
  assert.match(problems[0]?.message ?? "", /did you mean label/);
  assert.match(problems[1]?.message ?? "", /given twice/);
});

Deno.test("check finds a loop that ends only if an agent says so, by running it", async () => {
  const body = `let ok = false;\nwhile (!ok) ok = (await agent("done?", { schema: ${YES} }))?.ok;`;
  const { problems } = await checkBody(body);
  const found = problems.find(({ message }) => message.includes("without end when"));
  assert.equal(found?.severity, "error");
});

Deno.test("check says which branches its time did not suffice for", async () => {
  const body = `const answer = await agent("done?", { schema: ${YES} });
if (answer === null) await new Promise((resolve) => setTimeout(resolve, 60_000));
return answer;`;
  const { problems, estimate } = await checkBody(body);
  assert.deepEqual(problems.map(({ severity }) => severity), ["warning"]);
  assert.match(problems[0]?.message ?? "", /not tried to its end within [\d.]+ seconds: .* when every agent fails$/);
  assert.equal(estimate?.agents.typical, 1);
});

Deno.test("check warns of a script that breaks when an agent fails", async () => {
  const { problems } = await checkBody(`const a = await agent("a", { schema: ${YES} });\nreturn a.ok;`);
  assert.equal(problems.length, 1);
  assert.equal(problems[0]?.severity, "warning");
  assert.match(problems[0]?.message ?? "", /TypeError when every agent fails/);
  assert.match(problems[0]?.place ?? "", /^s\.js:3/);
});

Deno.test("names of the script's own, typeof guards and try blocks are no problems", async () => {
  const body = `const fetch = (x) => x;
const known = typeof URL === "undefined" ? 0 : URL;
let now = 0;
try { now = Date.now(); } catch { now = 1; }
function helper({ a, b: [c] = [] }, ...rest) { return [a, c, rest]; }
for (const [key, value] of Object.entries({ x: 1 })) log(key, value, helper({ a: 1 }), known, now);
return fetch((await agent("a")) ?? "");`;
  assert.deepEqual((await checkBody(body)).problems, []);
});

Deno.test("the estimate counts agents by phase, the longest chain, and the branches that answers decide", async () => {
  const body = `phase("Find");
const found = await agent("find", { schema: { type: "object", properties: { items: { type: "array", items: { type: "string" } } }, required: ["items"] } });
phase("Fix");
const fixed = await parallel((found?.items ?? []).map((item) => () => agent("fix " + item)));
phase("Sum up");
return await agent("sum up " + fixed.length);`;
  const { problems, estimate } = await checkBody(body);
  assert.deepEqual(problems, []);
  assert.ok(estimate);
  assert.deepEqual(estimate.phases.map(({ title }) => title), ["Find", "Fix", "Sum up"]);
  assert.equal(estimate.agents.min, 2);
  assert.equal(estimate.agents.max, 8);
  assert.ok(estimate.agents.typical > 2 && estimate.agents.typical <= 8);
  assert.equal(estimate.depth, 3);
  assert.ok((estimate.calls.at(-1)?.after.length ?? 0) >= 1);
  assert.equal(estimate.costUsd, 0);
  assert.ok(estimate.inputTokens > 0 && estimate.outputTokens > 0);
});

Deno.test("time is that of the permits: a pipeline has no barrier, and 32 agents of 16 at once take two turns", async () => {
  const many = await checkBody(`return await parallel(Array.from({ length: 32 }, (_, i) => () => agent("a" + i)));`);
  assert.equal(many.estimate?.wallMs, 80);
  assert.equal(many.estimate?.depth, 1);
  const staged = await checkBody(
    `return await pipeline([1, 2, 3], (_, i) => agent("a" + i), (_, i) => agent("b" + i));`,
  );
  assert.equal(staged.estimate?.wallMs, 80);
  assert.equal(staged.estimate?.agents.typical, 6);
});

Deno.test("a large fan-out of one slice is one turn where there are permits for all of it", async () => {
  const settings = plannerSettings();
  settings.limits = { ...settings.limits, concurrency: 700 };
  const text = `${META} return await parallel(Array.from({ length: 700 }, (_, i) => () => agent("a" + i)));`;
  const { estimate } = await testPlanner(settings).check({ text, file: "s.js" }, {
    ...{ args: undefined, model: undefined, limits: undefined },
  });
  assert.equal(estimate?.agents.typical, 700);
  assert.equal(estimate?.wallMs, 40);
});

Deno.test("agents of child workflows and of dialect B are counted too", async () => {
  const settings = plannerSettings();
  const child = `export const meta = { name: "c", description: "d" };\nreturn await agent("in the child");`;
  const planner = testPlanner(settings);
  const { openSandbox } = await import("../../src/sandbox/open.ts");
  const script = `module.exports.execute = async () => {
  const child = await workflow("c");
  return [child, await agent({ prompt: "after it", role: "writer" })];
};`;
  const check = await planner.check({ text: script, file: "b.js" }, {
    ...{ args: undefined, model: undefined, limits: undefined },
    findWorkflow: () => Promise.resolve(openSandbox().parse({ text: child, file: "c.js" })),
  });
  assert.deepEqual(check.problems.filter(({ severity }) => severity === "error"), []);
  assert.equal(check.estimate?.agents.typical, 2);
  assert.equal(check.estimate?.depth, 2);
});

Deno.test("a thousand agents are checked in less than two seconds of work", async () => {
  const started = performance.now();
  const body = `return (await parallel(Array.from({ length: 999 }, (_, i) => () => agent("item " + i)))).length;`;
  const { estimate } = await checkBody(body);
  assert.equal(estimate?.agents.typical, 999);
  assert.ok(performance.now() - started < 10_000);
});

Deno.test("more agents than the cap are an error with their number", async () => {
  const { problems } = await checkBody(`await parallel(Array.from({ length: 1200 }, (_, i) => () => agent("a" + i)));`);
  assert.match(problems[0]?.message ?? "", /limit of 1000 agents/);
  assert.equal(problems[0]?.severity, "error");
});

Deno.test("tools that the script names are listed", async () => {
  const { tools } = await checkBody(
    `await tools.glob({ pattern: "*" }).catch(() => []);\nawait agent("a", { tools: ["Bash", "read_file"] });`,
  );
  assert.deepEqual(tools.toSorted(), ["Bash", "glob", "read_file"]);
});
