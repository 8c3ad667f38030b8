import assert from "node:assert/strict";
import { createStepKeys } from "../../src/engine/step_key.ts";

Deno.test("equal requests get the same key and different ordinals", () => {
  const keys = createStepKeys("");
  const first = keys.next({ prompt: "p", schema: { a: 1, b: 2 } });
  const second = keys.next({ prompt: "p", schema: { b: 2, a: 1 } });
  assert.equal(first.split("#")[0], second.split("#")[0]);
  assert.deepEqual([first.split("#")[1], second.split("#")[1]], ["1", "2"]);
});

Deno.test("every member of a request is part of its key", () => {
  const base = { prompt: "p" };
  const variants = [
    base,
    { ...base, schema: { type: "object" } },
    { ...base, model: "m" },
    { ...base, effort: "low" as const },
    { ...base, agentType: "t" },
    { ...base, system: "s" },
    { ...base, role: "r" },
    { ...base, temperature: 0 },
    { ...base, maxTokens: 5 },
    { ...base, tools: ["a"] },
    { ...base, isolation: "worktree" as const },
  ];
  const keys = new Set(variants.map((request) => createStepKeys("").next(request)));
  assert.equal(keys.size, variants.length);
});

Deno.test("two scripts of one run that ask the same keep their own answers", () => {
  const request = { prompt: "p" };
  assert.notEqual(createStepKeys("").next(request), createStepKeys("/child#1").next(request));
});

Deno.test("the key of a request is the same in every process and every version", () => {
  // This value stands in journals: a change here makes recorded answers unreachable.
  assert.equal(createStepKeys("").next({ prompt: "hello", model: "sonnet" }), "bbee21552142b123f5393c084ff3a351#1");
});

Deno.test("equal child workflows get scopes of their own", () => {
  const keys = createStepKeys("");
  assert.notEqual(keys.nextScope({ name: "a", args: null }), keys.nextScope({ name: "a", args: null }));
});
