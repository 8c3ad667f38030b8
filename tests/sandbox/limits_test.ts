// Every limit ends its run with a clear error, and the process goes on.
import assert from "node:assert/strict";
import { OdwError } from "../../src/errors.ts";
import { emptyTold, type Given, runBody, runExecute } from "./fake_host.ts";

const MIB = 1024 * 1024;

async function limitFailure(body: string, given: Given = {}): Promise<OdwError> {
  try {
    await runBody(body, given);
  } catch (error) {
    assert(error instanceof OdwError, String(error));
    assert.equal(error.code, "sandbox_limit", error.message);
    assert.equal(error.name, "WorkflowSandboxLimitError");
    return error;
  }
  throw new assert.AssertionError({ message: `no limit ended: ${body}` });
}

const ENDLESS: [name: string, body: string][] = [
  ["a loop", "for (;;);"],
  ["a loop that catches everything", "for (;;) { try { for (;;); } catch {} finally { continue } }"],
  ["microtasks", "for (;;) await null;"],
  ["a promise chain", "const next = () => Promise.resolve().then(next); next(); await new Promise(() => {})"],
  ["a getter of the result", "return { get a() { for (;;); } }"],
  ["toJSON of the result", "return { toJSON() { for (;;); } }"],
  ["a proxy as the result", "return new Proxy({}, { ownKeys() { for (;;); } })"],
  ["a thenable as the result", "return { then() { for (;;); } }"],
  ["a getter of agent() options", "await agent('a', { get model() { for (;;); } })"],
  ["toString of a logged value", "log({ toJSON() { for (;;); } })"],
  ["a timer", "setTimeout(() => { for (;;); }, 1); await new Promise(() => {})"],
  ["a regular expression", "/^(a+)+$/.test('a'.repeat(40) + '!')"],
  ["a generator", "function* g() { for (;;) yield 1 } for (const _ of g());"],
  ["timers that are always due", "const again = () => setTimeout(again, 0); again(); for (;;) await 1;"],
];
for (const [name, body] of ENDLESS) {
  Deno.test(`endless work in ${name} ends the run at the slice limit`, async () => {
    const error = await limitFailure(body, { limits: { sliceMs: 60 } });
    assert.match(error.message, /more than 60 ms[^]*script\.sliceMs/);
  });
}

Deno.test("what was logged before an endless loop is kept", async () => {
  const told = emptyTold();
  await assert.rejects(runBody("log('before'); for (;;);", { limits: { sliceMs: 60 } }, told));
  assert.deepEqual(told.logs, [["info", "before"]]);
});

Deno.test("an endless loop in dialect B's top level and execute ends the run as well", async () => {
  await assert.rejects(runExecute("for (;;);", { limits: { sliceMs: 60 } }), /more than 60 ms/);
});

Deno.test("the slice limit counts work, not waiting", async () => {
  assert.equal(
    await runBody("await new Promise((r) => setTimeout(r, 400)); return 1", { limits: { sliceMs: 300 } }),
    1,
  );
});

Deno.test("work that QuickJS cannot interrupt is ended from outside", async () => {
  const error = await limitFailure("'a'.repeat(4e7).indexOf('a'.repeat(2e7) + 'b')", {
    limits: { sliceMs: 100 },
  });
  assert.match(error.message, /does not answer/);
});

const HUNGRY: [name: string, body: string][] = [
  ["an array that grows", "const a = []; for (;;) a.push({ a: 1 });"],
  ["a global array that grows", "globalThis.a = []; for (;;) a.push('x'.repeat(1000) + a.length);"],
  ["a string that doubles", "let s = 'x'; for (;;) s += s;"],
  ["a huge string", "const s = 'x'.repeat(2 ** 29); return s.length"],
  ["a huge buffer", "return new Uint8Array(2 ** 30).length"],
  ["a map that grows", "const m = new Map(); for (let i = 0;; i++) m.set(i, [i]);"],
  ["promises that nobody awaits", "for (;;) agent('flood');"],
  ["a result", "return Array.from({ length: 400 }, (_, i) => String(i % 10).repeat(1e5))"],
];
for (const [name, body] of HUNGRY) {
  Deno.test(`the memory limit ends a run with ${name}`, async () => {
    const error = await limitFailure(body, { limits: { memoryBytes: 24 * MIB } });
    assert.match(error.message, /24 MiB of memory|too large/);
  });
}

const DEEP: [name: string, body: string][] = [
  ["a function", "const f = () => f() + 1; f()"],
  ["a getter", "const o = { get a() { return this.a + 1 } }; o.a"],
  ["toJSON", "const o = { toJSON() { return JSON.stringify(o) } }; return o"],
  ["array callbacks", "const f = () => [1].map(f); f()"],
  ["nested text in eval", "eval('('.repeat(200000) + '1' + ')'.repeat(200000))"],
  ["nested JSON", "JSON.parse('['.repeat(1000000))"],
  ["a nested result", "let a = []; for (let i = 0; i < 1e6; i++) a = [a]; return a"],
  ["proxies", "let p = {}; for (let i = 0; i < 1e5; i++) p = new Proxy(p, {}); p.x"],
];
for (const [name, body] of DEEP) {
  Deno.test(`deep recursion in ${name} ends the run`, async () => {
    const error = await limitFailure(body).catch((thrown) => thrown);
    assert.match(error.message, /nested too deeply|stack overflow/);
  });
}

Deno.test("a script may catch its own stack overflow and go on", async () => {
  assert.equal(
    await runBody(
      "let depth = 0; const f = () => { depth++; f() }; try { f() } catch {} return depth > 500 && await agent('still here')",
    ),
    "answer to still here",
  );
});

Deno.test("a function may recurse at least 500 deep", async () => {
  assert.equal(await runBody("const f = (n) => n === 0 ? 0 : 1 + f(n - 1); return f(500)"), 500);
});

Deno.test("the event loop of the engine stays free while a script loops", async () => {
  let ticks = 0;
  const timer = setInterval(() => ticks++, 10);
  try {
    await limitFailure("for (;;);", { limits: { sliceMs: 300 } });
  } finally {
    clearInterval(timer);
  }
  assert(ticks >= 5, String(ticks));
});

Deno.test("an answer that does not fit into the script's memory ends the run at the memory limit", async () => {
  for (const size of [30 * MIB, 7 * MIB]) {
    const error = await limitFailure("const kept = []; for (;;) kept.push(await agent('a'))", {
      answer: () => "x".repeat(size),
      limits: { memoryBytes: 24 * MIB },
    });
    assert.match(error.message, /24 MiB of memory/);
  }
});

Deno.test("small answers that pile up end the run at the memory limit", async () => {
  const error = await limitFailure("const kept = []; for (;;) kept.push(await agent('a'))", {
    answer: () => "x".repeat(MIB),
    limits: { memoryBytes: 24 * MIB },
  });
  assert.match(error.message, /24 MiB of memory|broke down/);
});

Deno.test("limits without bounds in practice are accepted", async () => {
  const limits = { sliceMs: 1e15, memoryBytes: 2 ** 40, stackBytes: 2 ** 40 };
  assert.equal(
    await runBody("await new Promise((r) => setTimeout(r, 30)); return (await agent('a')).length", { limits }),
    11,
  );
});
