// Attempts to leave the realm, to forge its messages, or to poison what crosses the border.
import assert from "node:assert/strict";
import { OdwError } from "../../src/errors.ts";
import type { Json } from "../../src/json.ts";
import { runInWorker } from "../../src/sandbox/execution.ts";
import { prepare } from "../../src/sandbox/parse.ts";
import { readMessages } from "../../src/sandbox/realm_message.ts";
import { ownedWorker, type SandboxWorker } from "../../src/sandbox_worker.ts";
import { emptyTold, fakeHost, META, optionsOf, runBody } from "./fake_host.ts";

/** A script's view of any object's way to a global object: everything must end in the realm's own. */
const REACH =
  `const worlds = (value) => { const F = value?.constructor?.constructor; return typeof F === "function" ? finish(F("return typeof Deno + typeof process + typeof require + typeof self + (this === globalThis || this === undefined)")()) : "none" };
  const finish = async (made) => typeof made?.next === "function" ? (await made.next()).value : await made;`;

for (
  const value of [
    "agent",
    "parallel",
    "log",
    "console.log",
    "setTimeout",
    "budget",
    "args",
    "await agent('x')",
    "agent('y')",
    "await agent('obj')",
    "(() => { try { Date.now() } catch (e) { return e } })()",
    "await agent('fail').catch((e) => e)",
    "(async () => {})()",
    "(function* () {})()",
    "(async function* () {})()",
    "Math.random",
    "structuredClone({})",
    "await parallel([() => ({})])",
    "globalThis",
    "workflow",
    "Date",
  ]
) {
  Deno.test(`the constructor chain of ${value} stays in the realm`, async () => {
    const answer = ({ prompt }: { prompt: string }): Json | Promise<Json> =>
      prompt === "fail" ? Promise.reject(new OdwError("refusal", "no")) : prompt === "obj" ? { a: [{}] } : "text";
    const seen = await runBody(`${REACH} return await worlds(${value})`, { answer, args: { a: 1 } });
    assert(seen === "undefinedundefinedundefinedundefinedtrue", String(seen));
  });
}

Deno.test("function constructors of every kind, eval and indirect eval reach only the realm", async () => {
  const seen = await runBody(
    `const kinds = [function () {}, async function () {}, function* () {}, async function* () {}].map((f) => f.constructor);
     const out = []; for (const Kind of kinds) { const made = Kind("return typeof Deno + typeof require")(); const value = made.next ? (await made.next()).value : await made; out.push(value) }
     return [...out, eval("typeof Deno"), (0, eval)("typeof process"), new Function("return typeof self")()]`,
  );
  assert.deepEqual(seen, [...Array(4).fill("undefinedundefined"), ...Array(3).fill("undefined")]);
});

Deno.test("import() in evaluated text cannot load anything", async () => {
  const seen = await runBody(
    `const seen = []; for (const name of ["std", "os", "node:fs", "file:///etc/passwd", "data:text/javascript,1"]) {
    try { await eval("import('" + name + "')"); seen.push("loaded") } catch (e) { seen.push("refused") } } return seen`,
  );
  assert.deepEqual(seen, Array(5).fill("refused"));
});

Deno.test("polluted prototypes and replaced built-ins neither break the border nor reach the host", async () => {
  const told = emptyTold();
  const seen = await runBody(
    `const bad = () => { throw new Error("touched") };
     JSON.stringify = JSON.parse = () => '["done","forged"]';
     for (const key of ["push", "map", "join", "forEach", "slice", "then"]) { Array.prototype[key] = bad }
     for (const C of [Map, WeakMap, Set, WeakSet]) for (const key of ["get", "set", "has", "add", "delete", "forEach"]) if (C.prototype[key]) C.prototype[key] = bad;
     for (const key of ["split", "includes", "slice", "replace", "indexOf"]) String.prototype[key] = bad;
     for (const key of ["call", "apply", "bind"]) Function.prototype[key] = bad;
     Object.defineProperty = Object.keys = Object.getOwnPropertyNames = bad; Reflect.apply = bad; Number.isFinite = bad; RegExp.prototype.exec = bad;
     Object.defineProperty; delete Array.prototype.then;
     const first = await agent("one", { label: "l" }); log("a", { b: 1 }); phase("p");
     const fan = await parallel([() => agent("two"), () => { throw new Error("x") }]);
     return { first, fan, stages: await pipeline(["i"], (v) => agent(v)) }`,
    {},
    told,
  );
  assert.deepEqual(seen, { first: "answer to one", fan: ["answer to two", null], stages: ["answer to i"] });
  assert.deepEqual(told.logs, [["info", 'a {"b":1}']]);
  assert.deepEqual(told.handlings[0], { line: 9, label: "l" });
});

Deno.test("toJSON on every prototype changes only the script's own values", async () => {
  const told = emptyTold();
  await runBody(
    `for (const C of [Object, Array, String, Number, Boolean, Function]) C.prototype.toJSON = () => "forged"; await agent("real", { label: "l" }); log("line"); return 1`,
    {},
    told,
  );
  assert.deepEqual(told.requests, [{ prompt: "real" }]);
  assert.deepEqual(told.logs.at(-1), ["info", "line"]);
});

Deno.test("index setters on Array.prototype and Object.prototype see nothing of the border", async () => {
  const seen = await runBody(
    `const stolen = []; for (const proto of [Array.prototype, Object.prototype]) for (const key of ["0", "1", "resolve", "reject", "promise", "due"])
       Object.defineProperty(proto, key, { set(v) { stolen.push(key) }, get() { return undefined }, configurable: true });
     const t = new Promise((r) => setTimeout(r, 1)); const text = await agent("a"); await t;
     for (const proto of [Array.prototype, Object.prototype]) for (const key of ["0", "1", "resolve", "reject", "promise", "due"]) delete proto[key];
     return [text, stolen.length]`,
  );
  assert.deepEqual(seen, ["answer to a", 0]);
});

Deno.test("a tampered Promise (then, species, constructor, resolve) cannot stop the run or its answers", async () => {
  const seen = await runBody(
    `const then = Promise.prototype.then; let grabbed = 0;
     Promise.prototype.then = function (...a) { grabbed++; return then.apply(this, a) }; Promise.resolve = Promise.reject = () => { throw 1 };
     Object.defineProperty(Promise, Symbol.species, { get() { throw new Error("species") } });
     globalThis.Promise = class Fake {}; return await agent("a")`,
  );
  assert.equal(seen, "answer to a");
});

Deno.test("__proto__ and constructor in options, args and results stay data", async () => {
  const told = emptyTold();
  const answer = () => JSON.parse('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}');
  const seen = await runBody(
    `const value = await agent("a", JSON.parse('{"__proto__":{"label":"x"},"schema":{"__proto__":{"polluted":1},"type":"object"},"constructor":1}'));
     checkpoint(JSON.parse('{"__proto__":{"polluted":1}}')); return [({}).polluted === undefined, value, JSON.parse('{"a":{"__proto__":{"polluted":1}}}')]`,
    { answer },
    told,
  ) as Json[];
  assert.equal(seen[0], true);
  assert.equal(({} as { polluted?: unknown }).polluted, undefined);
  assert.deepEqual(told.requests[0]?.schema, { type: "object" });
  assert.equal(told.handlings[0]?.label, undefined);
  assert.deepEqual(Object.keys(told.checkpoints[0]?.[1] as object), []);
  assert.deepEqual(Object.keys((seen[2] as { a: object }).a), []);
});

Deno.test("hostile results are settled inside the realm", async () => {
  const cases: [string, Json][] = [
    ["new Proxy([1, 2], {})", [1, 2]],
    ["({ then: (resolve) => resolve({ then: (r) => r(5) }) })", 5],
    ["({ get a() { return { get b() { return 1 } } } })", { a: { b: 1 } }],
    ["Object.assign(() => 1, { a: 1 })", null],
    ["Symbol('s')", null],
    ["({ toJSON() { return { toJSON: () => 1, a: 2 } } })", { a: 2 }],
    ["new (class extends Array { static get [Symbol.species]() { throw 1 } })(3)", [null, null, null]],
    ["new String('text')", "text"],
    ["({ constructor: { name: 'OdwError' }, type: 'limit', kind: 'memory' })", {
      constructor: { name: "OdwError" },
      type: "limit",
      kind: "memory",
    }],
  ];
  for (const [value, wanted] of cases) assert.deepEqual(await runBody(`return ${value}`), wanted, value);
});

Deno.test("hostile thrown values are described, never trusted", async () => {
  const failure = async (body: string) => {
    const error = await runBody(body).then(() => undefined, (thrown: unknown) => thrown);
    assert(error instanceof OdwError);
    return error;
  };
  const cases: [string, string][] = [
    ["throw new Proxy({}, { get() { throw new Error('trap') } })", "Error"],
    ["throw { get message() { throw 1 }, get name() { throw 2 }, get stack() { throw 3 } }", "Error"],
    ["const e = new Error('m'); e.name = { toString() { throw 1 } }; throw e", "Error"],
    ["throw Object.assign(new Error('m'), { code: 'budget_exceeded' })", "Error"],
    ["Error.prepareStackTrace = () => { throw 1 }; Error.stackTraceLimit = 1e9; null.x", "TypeError"],
    ["const e = new Error('m'); e.stack = { a: 1 }; throw e", "Error"],
  ];
  for (const [body, name] of cases) {
    const error = await failure(body);
    assert.equal(error.code, "script_failed", body);
    assert.equal(error.name, name, body);
    assert.equal(error.cause, undefined, body);
  }
});

Deno.test("text that looks like messages stays text", async () => {
  const told = emptyTold();
  const forged = `"],["done","forged"],["log","info","`;
  assert.equal(
    await runBody(
      `log(${JSON.stringify(forged)}); phase(${JSON.stringify(forged)}); return await agent(${JSON.stringify(forged)})`,
      {},
      told,
    ),
    `answer to ${forged}`,
  );
  assert.deepEqual(told.logs, [["info", forged]]);
  assert.deepEqual(told.phases, [forged]);
});

Deno.test("lone surrogates and NUL cross the border unharmed or replaced, and break nothing", async () => {
  const told = emptyTold();
  assert.equal(await runBody(`return (await agent("a\\u0000b")) + "\\u0000c"`, {}, told), "answer to a\u0000b\u0000c");
  assert.equal(typeof await runBody(`return "\\ud800"`), "string");
});

const FORGED: [name: string, batch: string][] = [
  ["no JSON", "{"],
  ["no array", "5"],
  ["an unknown kind", '[["exec","rm"]]'],
  ["a kind of Object.prototype", '[["toString"],["constructor"]]'],
  ["an agent without a prompt", '[["agent",1]]'],
  ["a call with a negative id", '[["agent",-1,"p",null]]'],
  ["a call with a text id", '[["agent","1","p",null]]'],
  ["a log with an unknown level", '[["log","fatal","x"]]'],
  ["a log of an object", '[["log","info",{}]]'],
  ["a phase of a number", '[["phase",5]]'],
  ["a failure without a reason", '[["failure","l",null]]'],
  ["an error without a message", '[["failed",{"name":"E"}]]'],
  ["a workflow without a name", '[["workflow",1,{}]]'],
];
for (const [name, batch] of FORGED) {
  Deno.test(`a batch that holds ${name} is refused`, () => {
    assert.throws(
      () => readMessages(batch),
      (error: unknown) => error instanceof TypeError || error instanceof SyntaxError,
    );
  });
}

Deno.test("__proto__ as a key, even escaped, is dropped from a batch", () => {
  const [message] = readMessages('[["done",{"a":{"\\u005f_proto__":{"x":1},"__proto__":{"y":1}},"b":1}]]');
  assert(message?.type === "done");
  assert.deepEqual(Object.getOwnPropertyNames((message.value as { a: object }).a), []);
});

/** A worker as a compromised one would act. */
function hostileWorker(code: string): SandboxWorker {
  const { port1, port2 } = new MessageChannel();
  const program = `self.onmessage = ({ data: port }) => port.onmessage = () => { ${code} };`;
  const worker = new Worker(`data:text/javascript,${encodeURIComponent(program)}`, {
    type: "module",
    deno: { permissions: "none" },
  });
  worker.postMessage(port2, [port2]);
  return ownedWorker(worker, port1);
}
for (
  const [name, code] of [
    ["sends another text", `port.postMessage("nonsense")`],
    ["sends an object that is no report", `port.postMessage({ type: "limit", kind: {}, detail: 5 })`],
    ["sends something that is no message", `port.postMessage([1, new Map()])`],
    ["throws", `throw new Error("crash")`],
  ]
) {
  Deno.test(`a worker that ${name} ends its own run only, as sandbox_limit`, async () => {
    const prepared = prepare({ text: META, file: "s.js" });
    const run = runInWorker(hostileWorker(code ?? ""), prepared, {
      host: fakeHost({}, emptyTold()),
      options: optionsOf({}),
    });
    await assert.rejects(
      run,
      (error: OdwError) =>
        error instanceof OdwError && error.code === "sandbox_limit" && /broke down/.test(error.message),
    );
  });
}
