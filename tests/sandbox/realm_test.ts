// What a script finds in its realm: built-ins, absences, timers, clock.
import assert from "node:assert/strict";
import { emptyTold, META, runBody, runText } from "./fake_host.ts";

Deno.test("nothing of a host is there: typeof is undefined", async () => {
  const names = [
    "require process module exports Buffer fetch crypto performance setInterval setImmediate clearInterval XMLHttpRequest WebSocket Worker",
    "self window global document navigator location Deno Bun std os scriptArgs print importScripts postMessage onmessage send deliver odw",
    "TextEncoder TextDecoder AbortController EventTarget DOMException SharedArrayBuffer Atomics WeakRef FinalizationRegistry WebAssembly",
    "InternalError replan context",
  ].join(" ").split(" ");
  assert.deepEqual(
    await runBody(`return ${JSON.stringify(names)}.filter((name) => eval("typeof " + name) !== "undefined")`),
    [],
  );
});

Deno.test("the standard built-ins of ECMAScript are there", async () => {
  const names =
    "Object Function Array Number parseFloat parseInt Infinity NaN undefined Boolean String Symbol Promise RegExp Error AggregateError EvalError RangeError " +
    "ReferenceError SyntaxError TypeError URIError JSON Math Reflect Proxy Map Set WeakMap WeakSet BigInt ArrayBuffer Uint8Array Float16Array Float64Array BigInt64Array DataView " +
    "Iterator globalThis decodeURI decodeURIComponent encodeURI encodeURIComponent eval isFinite isNaN escape unescape Date console setTimeout clearTimeout queueMicrotask structuredClone";
  assert.deepEqual(
    await runBody(`return ${JSON.stringify(names.split(" "))}.filter((name) => !(name in globalThis))`),
    [],
  );
  assert.deepEqual(
    await runBody(
      `return [Object.groupBy([1, 2], (v) => v % 2 ? "a" : "b"), [3, 1].toSorted(), "a".isWellFormed(), /[\\p{L}--[a-z]]/v.test("é"),
      [...new Set([1]).union(new Set([2]))], await Array.fromAsync([1, Promise.resolve(2)], (v) => v * 2), typeof Promise.withResolvers]`,
    ),
    [{ a: [1], b: [2] }, [1, 3], true, true, [1, 2], [2, 4], "function"],
  );
});

for (
  const [call, name] of [
    ["Date.now()", "Date.now()"],
    ["Math.random()", "Math.random()"],
    ["new Date()", "new Date()"],
    ["Date()", "Date()"],
    ["new (new Date(0).constructor)()", "new Date()"],
    ["Reflect.construct(Date, [])", "new Date()"],
    ["new (class extends Date {})()", "new Date()"],
  ]
) {
  Deno.test(`${call} throws at call time, catchably, and says what to do`, async () => {
    const message = await runBody(
      `/* Date.now() */ const s = "Math.random()"; try { ${call} } catch (e) { return e.message }`,
    );
    assert(String(message).startsWith(`${name} would make this run impossible to resume`), String(message));
    assert.match(String(message), /args[^]*--deterministic-clock/);
  });
}

Deno.test("Date with arguments, Date.UTC and Date.parse work, and instances stay dates", async () => {
  assert.deepEqual(
    await runBody(`class D extends Date { x() { return this.getTime() } }
      const d = new Date(2020, 0, 1); return [new Date(5).getTime(), new Date("1970-01-01T00:00:01Z").getTime(), Date.UTC(1970, 0, 1), Date.parse("1970-01-01T00:00:00Z"),
      d instanceof Date, d.constructor === Date, new D(3).x(), Date.length, Date.name, isNaN(new Date(undefined)), d.getFullYear()]`),
    [5, 1000, 0, 0, true, true, 3, 7, "Date", true, 2020],
  );
});

Deno.test("timers fire by due time, then by order, can be cleared, and pass their arguments", async () => {
  const told = emptyTold();
  const result = await runBody(
    `const seen = []; const wait = (ms) => new Promise((r) => setTimeout(r, ms));
     setTimeout((a, b) => seen.push(a + b), 20, "ar", "gs"); setTimeout(() => seen.push("first")); setTimeout(() => seen.push("second"), 0);
     const gone = setTimeout(() => seen.push("never"), 1); clearTimeout(gone); clearTimeout(gone); clearTimeout(undefined);
     setTimeout(() => { throw new Error("in timer") }, 2); setTimeout(() => Promise.resolve().then(() => seen.push("job")), 5); setTimeout(() => seen.push("after job"), 6);
     await wait(40); try { setTimeout("code") } catch (e) { seen.push(e.name) } return [seen, typeof gone]`,
    {},
    told,
  );
  assert.deepEqual(result, [["first", "second", "job", "after job", "args", "TypeError"], "number"]);
  assert.match(told.logs[0]?.[1] ?? "", /setTimeout\(\) callback: Error: in timer/);
});

Deno.test("ten thousand timers that are never awaited neither delay nor hold the run", async () => {
  assert.equal(await runBody(`for (let i = 0; i < 10000; i++) setTimeout(() => {}, 60000 - i); return "done"`), "done");
});

Deno.test("queueMicrotask runs in order with promises, and its throw is logged", async () => {
  const told = emptyTold();
  assert.deepEqual(
    await runBody(
      `const s = []; queueMicrotask(() => s.push(1)); Promise.resolve().then(() => s.push(2)); queueMicrotask(() => { throw new Error("m") }); await 0; await 0; return s.sort()`,
      {},
      told,
    ),
    [1, 2],
  );
  assert.match(told.logs[0]?.[1] ?? "", /queueMicrotask\(\) callback: Error: m/);
});

Deno.test("structuredClone copies what the standard copies, and refuses functions and symbols", async () => {
  assert.deepEqual(
    await runBody(
      `const o = { d: new Date(5), r: /a/gi, m: new Map([["k", { v: 1 }]]), s: new Set([1]), u: new Uint8Array([1, 2]), e: new RangeError("x"), n: [undefined, , 3], b: 2n };
      o.self = o; const c = structuredClone(o); const refused = []; for (const bad of [() => 1, Symbol("s"), { f() {} }, Promise.resolve()]) try { structuredClone(bad) } catch (e) { refused.push(e.name) }
      return [c !== o, c.self === c, c.d.getTime(), c.r.flags, c.m.get("k").v, c.m !== o.m, c.s.has(1), [...c.u], c.u.buffer !== o.u.buffer, c.e instanceof RangeError && c.e.message,
        c.n.length, 1 in c.n, c.b === 2n, refused, Object.keys(c.m)]`,
    ),
    [true, true, 5, "gi", 1, true, true, [1, 2], true, "x", 3, false, true, Array(4).fill("DataCloneError"), []],
  );
});

Deno.test("the body is strict, and two runs share nothing", async () => {
  assert.equal(await runBody(`try { undeclared = 1 } catch (e) { return e.name }`), "ReferenceError");
  await runBody("globalThis.shared = 1; Array.prototype.leak = 1; return 1");
  assert.deepEqual(await runBody("return [typeof shared, typeof [].leak]"), ["undefined", "undefined"]);
});

Deno.test("a script of more than 512 KiB runs", async () => {
  const text = `${META}\nlet n = 0;\n${
    "{ const text = `${n} lorem ipsum dolor sit amet`; n += text.length > 5 ? 1 : 0; }\n".repeat(7000)
  }return n;`;
  assert(text.length > 512 * 1024);
  assert.equal(await runText(text), 7000);
});
