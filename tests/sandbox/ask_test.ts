import assert from "node:assert/strict";
import { emptyTold, runBody, runExecute } from "./fake_host.ts";

Deno.test("ask() gives the human's answer and hands over choices and default as text, in both dialects", async () => {
  const call = `return await ask("Go on?", { choices: ["yes", 2], default: "yes" })`;
  for (const run of [runBody, runExecute]) {
    const told = emptyTold();
    assert.equal(await run(call, { reply: "2" }, told), "2");
    assert.deepEqual(told.questions, [{ text: "Go on?", choices: ["yes", "2"], default: "yes" }]);
  }
});

Deno.test("ask() rejects when nobody answers, and for choices that are no list", async () => {
  const body =
    `return await Promise.all([ask("a"), ask("b", { choices: "yes" })].map((one) => one.catch((e) => e.message)))`;
  assert.deepEqual(await runBody(body), ["nobody is there", "ask() expects choices as an array of texts"]);
});

Deno.test("a script may shadow ask", async () => {
  assert.equal(await runBody(`const ask = () => "mine"; return ask();`), "mine");
});
