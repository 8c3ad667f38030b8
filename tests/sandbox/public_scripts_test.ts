// Scripts in the style that people and models publish, in both dialects: each runs unmodified.
import assert from "node:assert/strict";
import type { AgentRequest } from "../../src/agent.ts";
import { isJsonObject, type Json } from "../../src/json.ts";
import { emptyTold, type Given, runText, type Told } from "./fake_host.ts";

/** What a schema asks for, in its plainest form; text without a schema. */
function answerTo({ prompt, schema }: AgentRequest): Json {
  return schema === undefined ? `answer: ${prompt.slice(0, 40)}` : instance(schema, prompt.length);
}

function instance(schema: Json, seed: number): Json {
  if (typeof schema === "string") return schema === "array" ? ["a", "b"] : schema === "number" ? 1 : "text";
  if (!isJsonObject(schema)) return null;
  if (Array.isArray(schema.enum)) return schema.enum[0] ?? null;
  if (schema.type === "array") return [0, 1].map((index) => instance(schema.items ?? {}, seed + index));
  if (schema.type === "boolean") return true;
  if (schema.type === "number" || schema.type === "integer") return seed % 7;
  if (schema.type === "string") return `s${seed}`;
  const members = isJsonObject(schema.properties) ? schema.properties : schema;
  return Object.fromEntries(Object.entries(members).map(([key, value]) => [key, instance(value, seed)]));
}

async function run(text: string, given: Given = {}): Promise<{ result: Json; told: Told }> {
  const told = emptyTold();
  const result = await runText(text, { answer: answerTo, ...given }, told);
  return { result, told };
}

const REVIEW = `// Reviews a change along several dimensions, then tries to refute each finding.
export const meta = {
  name: 'review-changes',
  description: "Review a diff, verify every finding",
  whenToUse: \`before a merge\`,
  phases: [
    { title: 'Review', detail: 'one agent per dimension' },
    { title: 'Verify', model: 'opus', },
  ],
}
const DIMENSIONS = [{ key: 'bugs', prompt: 'Find bugs' }, { key: 'perf', prompt: 'Find slow code' }]
const FINDINGS = { type: 'object', required: ['findings'], properties: { findings: { type: 'array', items: {
  type: 'object', required: ['title', 'file'], properties: { title: { type: 'string' }, file: { type: 'string' }, line: { type: 'integer' } } } } } }
const VERDICT = { type: 'object', properties: { isReal: { type: 'boolean' }, why: { type: 'string' } }, required: ['isReal'] }
const { base = 'main', depth = 2 } = args ?? {}
const results = await pipeline(
  DIMENSIONS,
  d => agent(\`\${d.prompt} since \${base}\`, { label: \`review:\${d.key}\`, phase: 'Review', schema: FINDINGS }),
  (review, d) => parallel(review.findings.slice(0, depth).map(f => () =>
    agent(\`Refute: \${f.title} in \${f.file}\`, { label: \`verify:\${d.key}\`, phase: 'Verify', schema: VERDICT, effort: 'high' })
      .then(v => ({ ...f, dimension: d.key, verdict: v })))),
)
const confirmed = results.flat().filter(Boolean).filter(f => f.verdict?.isReal)
return { confirmed: confirmed.length, dimensions: [...new Set(confirmed.map(f => f.dimension))] }
`;

Deno.test("a review with schemas, nested fan-outs and destructured args", async () => {
  const { result, told } = await run(REVIEW, { args: { base: "dev" } });
  assert.deepEqual(result, { confirmed: 4, dimensions: ["bugs", "perf"] });
  assert.equal(told.requests[0]?.prompt, "Find bugs since dev");
  assert.deepEqual([...new Set(told.handlings.map(({ phase }) => phase))], ["Review", "Verify"]);
  assert.deepEqual(told.failures, []);
});

const HUNT = `export const meta = { name: 'bug-hunt', description: 'Loop until two rounds find nothing new' }
const seen = new Map()
let dry = 0, round = 0
hunt: while (dry < 2) {
  phase(\`Round \${++round}\`)
  const found = (await parallel(['a', 'b'].map(who => () => agent(\`\${who} \${Math.min(round, 2)}\`)))).filter(Boolean)
  const fresh = found.filter(text => !seen.has(text))
  for (const text of fresh) seen.set(text, { round, votes: 0 })
  log(\`round \${round}: \${fresh.length} fresh\`)
  if (!fresh.length) { dry++; continue hunt }
  dry = 0
  const votes = await Promise.all(fresh.map(async text => {
    const judged = await parallel([1, 2, 3].map(lens => () => agent(\`\${lens}: \${text}\`, { schema: { type: 'object', properties: { real: { type: 'boolean' } } } })))
    return [text, judged.filter(v => v?.real).length]
  }))
  for (const [text, n] of votes) Object.assign(seen.get(text), { votes: n })
}
return { rounds: round, confirmed: [...seen].filter(([, v]) => v.votes >= 2).map(([k]) => k).toSorted() }
`;

Deno.test("a loop until dry with labels, Maps and majority votes", async () => {
  const { result, told } = await run(HUNT);
  assert.deepEqual(result, { rounds: 4, confirmed: ["answer: a 1", "answer: a 2", "answer: b 1", "answer: b 2"] });
  assert.deepEqual(told.phases, ["Round 1", "Round 2", "Round 3", "Round 4"]);
});

const MIGRATION =
  `export const meta = { name: 'migrate', description: 'Bounded by a semaphore of its own, with retries of its own' }
class Semaphore {
  #free; #waiting = []
  constructor(permits) { this.#free = permits }
  async use(work) {
    if (this.#free > 0) this.#free--
    else await new Promise(resolve => this.#waiting.push(resolve))
    try { return await work() } finally {
      const next = this.#waiting.shift()
      next ? next() : this.#free++
    }
  }
}
const slots = new Semaphore(2)
let running = 0, most = 0
async function withRetries(fn, tries = 3) {
  for (let attempt = 1; ; attempt++) {
    try { return await fn(attempt) } catch (e) {
      if (attempt >= tries) throw e
      await new Promise(r => setTimeout(r, attempt))
    }
  }
}
const files = Array.from({ length: 6 }, (_, i) => \`src/file\${i}.ts\`)
const done = await Promise.all(files.map(file => slots.use(() => withRetries(async attempt => {
  most = Math.max(most, ++running)
  try {
    const text = await agent(\`migrate \${file}\`, { label: file })
    if (file.endsWith('3.ts') && attempt < 2) throw new Error(\`try again: \${text}\`)
    return { file, attempt }
  } finally { running-- }
}))))
return { most, attempts: Object.fromEntries(done.map(({ file, attempt }) => [file, attempt])) }
`;

Deno.test("a semaphore class with private fields, and retries in user code", async () => {
  const { result, told } = await run(MIGRATION);
  assert(isJsonObject(result));
  assert.equal(result.most, 2);
  assert.deepEqual(result.attempts, {
    "src/file0.ts": 1,
    "src/file1.ts": 1,
    "src/file2.ts": 1,
    "src/file3.ts": 2,
    "src/file4.ts": 1,
    "src/file5.ts": 1,
  });
  assert.equal(told.requests.length, 7);
});

const SHADOWS = `export const meta = { name: 'shadows', description: "Top-level names that are globals here" }
const budget = { tokens: 5 }, tools = ['Read'], context = new Map([['k', 1]]), state = {}
const verify = async claim => (await agent(\`verify \${claim}\`)).includes(claim)
const compact = list => list.filter(x => x != null), summarize = xs => xs.join('; '), loop = [1, 2], checkpoint = null
function ask(q) { return \`asked \${q}\` }
{ const phase = 'inner', log = () => {}; log(phase) }
state.ok = await verify('x')
return { budget, tools, context, state, list: compact([1, null, undefined, 2]), text: summarize(loop), asked: ask('y'), checkpoint }
`;

Deno.test("top-level names that shadow globals, and results with Maps and undefined", async () => {
  const { result } = await run(SHADOWS);
  assert.deepEqual(result, {
    budget: { tokens: 5 },
    tools: ["Read"],
    context: {},
    state: { ok: true },
    list: [1, 2],
    text: "1; 2",
    asked: "asked y",
    checkpoint: null,
  });
});

const RACES = `export const meta = { name: 'races', description: 'Timers against agents' }
const sleep = ms => new Promise(resolve => setTimeout(resolve, ms))
const withTimeout = (p, ms) => Promise.race([p, sleep(ms).then(() => { throw new Error('too slow') })])
const out = []
out.push(await withTimeout(agent('quick'), 5000))
out.push(await withTimeout(agent('never'), 5).catch(e => e.message))
out.push(await Promise.any([agent('never'), agent('any')]))
out.push((await Promise.allSettled([agent('fine'), agent('broken')])).map(s => s.status).join())
const { promise, resolve } = Promise.withResolvers()
agent('background').then(resolve)
while (!(await Promise.race([promise.then(() => true), sleep(0)]))) out.push('polled')
return out.filter(x => x !== 'polled')
`;

Deno.test("races against timers, any, allSettled, and polling while an agent works", async () => {
  const answer = ({ prompt }: AgentRequest): Json | Promise<Json> => {
    if (prompt === "never") return new Promise<Json>(() => {});
    if (prompt === "broken") throw new Error("no");
    return prompt;
  };
  const { result } = await run(RACES, { answer });
  assert.deepEqual(result, ["quick", "too slow", "any", "fulfilled,rejected"]);
});

const SCALED = `/* scales with the budget */
export const meta = { "name": 'scaled', 'description': 'd', phases: [], version: -1.5, draft: false, notes: null, }
const workers = budget.total ? Math.max(1, Math.floor(budget.total / 100)) : 3
const ideas = []
while (ideas.length < workers && budget.remaining() > 50) {
  ideas.push(await agent(\`idea \${ideas.length + 1}\`))
}
const [best = 'none', ...rest] = ideas
export default { best, rest: rest.length, spent: budget.spent(), infinite: budget.remaining() === Infinity }
`;

Deno.test("a fleet scaled by the budget, and an object as the default export", async () => {
  const { result } = await run(SCALED, { budget: { totalTokens: 400, totalCostUsd: null } });
  assert.deepEqual(result, { best: "answer: idea 1", rest: 3, spent: 0, infinite: false });
  const { result: free } = await run(SCALED);
  assert.deepEqual(free, { best: "answer: idea 1", rest: 2, spent: 0, infinite: true });
});

Deno.test("the same script with Windows line ends and a byte order mark", async () => {
  const { result } = await run(`\ufeff${HUNT.replaceAll("\n", "\r\n")}`);
  assert.equal(isJsonObject(result) && result.rounds, 4);
});

const MAP_REDUCE = `'use strict';
// Map, critique until content, reduce.
const CHUNK = 2;
function chunks(list, size) {
  var out = [];
  for (var i = 0; i < list.length; i += size) out.push(list.slice(i, i + size));
  return out;
}
async function execute(context) {
  const { files = ['a', 'b', 'c'] } = context.args;
  phase('map', { files: files.length });
  const notes = await parallel(chunks(files, CHUNK).map((group) => () =>
    agent({ role: 'reader', prompt: 'read ' + group.join(','), schema: { findings: 'array', confidence: 'number' }, maxTokens: 500 })), { maxConcurrency: 1 });
  checkpoint({ phase: 'mapped', count: notes.length });
  let score = 0;
  const last = await loop(() => score >= 2, async (i) => { score++; return (await agent({ prompt: 'critique ' + i })).length; }, { maxIterations: 5 });
  const merged = await pipeline(notes, [(n) => n.findings, (list, original, i) => [i, ...list]]);
  log('merged ' + merged.length, 'debug');
  let failure = null;
  try { await agent('text alone'); } catch (e) { failure = e.name; }
  return { merged, last, failure, kept: compact({ list: ['y', 'x'.repeat(50)] }, { maxChars: 30 }), used: typeof budget().tokensUsed, same: args() === context.args };
}
module.exports = { execute };
`;

Deno.test("a map-reduce of dialect B with its own helpers", async () => {
  const { result, told } = await run(MAP_REDUCE, { args: { files: ["1", "2", "3"] } });
  assert.deepEqual(result, {
    merged: [[0, "a", "b"], [1, "a", "b"]],
    last: "answer: critique 1".length,
    failure: "TypeError",
    kept: { list: ["y"] },
    used: "number",
    same: true,
  });
  assert.deepEqual(told.checkpoints, [["mapped", { phase: "mapped", count: 2 }]]);
  assert.equal(told.requests[0]?.role, "reader");
});

Deno.test("sloppy code of dialect B: var, an implicit global, exports.execute, a sync function", async () => {
  const text = "counter = 0;\nvar names = [];\nfor (var name in { a: 1, b: 2 }) names.push(name);\n" +
    "exports.execute = function (context) { counter++; return { counter, names, now: typeof Date.now(), self: this === undefined }; };\n";
  const clock = { mode: "seeded" as const, startMs: 5, seed: 1 };
  const { result } = await run(text, { clock });
  assert.deepEqual(result, { counter: 1, names: ["a", "b"], now: "number", self: false });
});
