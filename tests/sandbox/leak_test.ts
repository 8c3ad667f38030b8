// Handles have one owner: a realm that is gone leaves nothing in its QuickJS instance.
import wasm from "@jitl/quickjs-wasmfile-release-sync/wasm" with { type: "bytes" };
import assert from "node:assert/strict";
import { openBlankRealm } from "../../src/sandbox/blank_realm.ts";
import type { RunOrder } from "../../src/sandbox/messages.ts";
import { prepare } from "../../src/sandbox/parse.ts";
import { loadQuickJS } from "../../src/sandbox/quickjs.ts";
import { Realm } from "../../src/sandbox/realm.ts";
import { RealmEnd } from "../../src/sandbox/realm_end.ts";
import { META } from "./fake_host.ts";

const MEMORY_BYTES = 64 * 1024 * 1024;

async function load() {
  return await loadQuickJS({ module: await WebAssembly.compile(wasm), memoryBytes: MEMORY_BYTES });
}

function orderOf(body: string, sliceMs = 30_000): RunOrder {
  const { code, script, exportName } = prepare({ text: `${META} ${body}`, file: "s.js" });
  return {
    code,
    file: script.file,
    stop: new Int32Array(1),
    limits: { memoryBytes: MEMORY_BYTES, stackBytes: 256 * 1024, sliceMs },
    setup: {
      dialect: "meta",
      file: script.file,
      clock: { mode: "forbidden" },
      pipelineNull: "end",
      totalTokens: null,
      totalCostUsd: null,
      earlierTokens: 0,
      spentTokens: 0,
      spentCostUsd: 0,
      exportName,
    },
  };
}

const BODY = `const seen = await parallel([() => agent("a"), () => agent("b"), () => { throw new Error("x") }]);
  setTimeout(() => {}, 1e6); log(seen); globalThis.kept = Array(1000).fill({}); for (;;) await agent("c");`;

Deno.test("answers, logs and failures leave no handle behind: the heap of a realm does not grow", async () => {
  using realm = new Realm(openBlankRealm(await load()), orderOf(BODY), () => {});
  realm.start();
  realm.deliver('[0,0,[[1,1,"one"],[2,0,{"name":"E","message":"m","code":"refusal"}]]]');
  const answer = (id: number) => realm.deliver(`[0,0,[[${id},1,{"a":[1,2,3]}]]]`);
  for (let id = 3; id < 200; id++) answer(id);
  const before = realm.memoryBytes();
  for (let id = 200; id < 3000; id++) assert.match(answer(id).messages ?? "", /^\[\["agent",/);
  assert(realm.memoryBytes() - before < 16 * 1024, String(realm.memoryBytes() - before));
});

Deno.test("of many calls of one slice the first 32 leave while it lasts, in order, and no others", async () => {
  const sent: string[] = [];
  const body = 'log("first"); await Promise.all(Array.from({ length: 3000 }, (_, i) => agent(`p${i}`)));';
  using realm = new Realm(openBlankRealm(await load()), orderOf(body), (messages) => sent.push(messages));
  const { messages } = realm.start();
  assert.equal(sent.length, 1);
  assert.equal(JSON.parse(sent[0]!).length, 33);
  const all = [...sent, messages!].flatMap((packet) => JSON.parse(packet)) as unknown[][];
  assert.deepEqual(all.shift(), ["log", "info", "first"]);
  assert.deepEqual(all.map((call) => call[1]), Array.from({ length: 3000 }, (_, i) => i + 1));
  assert.deepEqual(all.map((call) => call[3]), Array.from({ length: 3000 }, (_, i) => `p${i}`));
});

Deno.test("large calls do not leave before their slice is over", async () => {
  const sent: string[] = [];
  const body = 'const long = "x".repeat(1e5); await Promise.all(Array.from({ length: 100 }, () => agent(long)));';
  using realm = new Realm(openBlankRealm(await load()), orderOf(body), (messages) => sent.push(messages));
  assert.equal(JSON.parse(realm.start().messages!).length, 100);
  assert.deepEqual(sent, []);
});

Deno.test("hundreds of realms in one instance, opened and disposed, do not grow its memory", async () => {
  const quickjs = await load();
  const wasmBytes = () => quickjs.getWasmMemory().buffer.byteLength;
  const once = () => {
    using realm = new Realm(openBlankRealm(quickjs), orderOf(BODY), () => {});
    realm.start();
    realm.deliver('[0,0,[[1,1,"one"],[2,1,null]]]');
  };
  for (let i = 0; i < 20; i++) once();
  const before = wasmBytes();
  for (let i = 0; i < 100; i++) once();
  assert.equal(wasmBytes(), before);
});

Deno.test("a realm that ended at a limit can still be disposed", async () => {
  const quickjs = await load();
  for (
    const body of [
      "for (;;);",
      "globalThis.a = []; for (;;) a.push({})",
      "await agent('a'); for (;;) await 1",
      "(() => { const f = () => f(); f() })()",
    ]
  ) {
    using realm = new Realm(openBlankRealm(quickjs), orderOf(body, 200), () => {});
    try {
      realm.start();
      realm.deliver("[0,0,[[1,1,null]]]");
    } catch (error) {
      assert(error instanceof RealmEnd, String(error));
    }
  }
});

Deno.test("the engine's stop flag interrupts a script that never yields", async () => {
  const order = orderOf("for (;;);");
  using realm = new Realm(openBlankRealm(await load()), order, () => {});
  Atomics.store(order.stop, 0, 1);
  assert.throws(() => realm.start(), RealmEnd);
});

Deno.test("answers to unknown or answered calls change nothing", async () => {
  using realm = new Realm(
    openBlankRealm(await load()),
    orderOf(`return [await agent("a"), await agent("b")]`),
    () => {},
  );
  realm.start();
  assert.equal(realm.deliver('[0,0,[[99,1,"x"],["__proto__",1,"x"],[null,1,"x"]]]').messages, null);
  realm.deliver('[0,0,[[1,1,"first"],[1,1,"again"]]]');
  assert.equal(realm.deliver('[0,0,[[1,1,"again"],[2,1,"second"]]]').messages, '[["done",["first","second"]]]');
});

Deno.test("a script that QuickJS cannot compile is reported with its place", async () => {
  const order = orderOf("return 1");
  using realm = new Realm(openBlankRealm(await load()), { ...order, code: "(async()=>{\n  let a b;\n})" }, () => {});
  assert.throws(() => realm.start(), (error: RealmEnd) => {
    assert.deepEqual({ ...error.report, message: "" }, { type: "syntax", message: "", line: 2, column: 9 });
    return true;
  });
});
