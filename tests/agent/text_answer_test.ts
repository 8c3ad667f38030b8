// What a model's ending means for an agent without a schema, and how unexpected tool calls are met.
import assert from "node:assert/strict";
import { noUsage } from "../../src/provider.ts";
import { bench, says } from "./scripted_provider.ts";

const nothing = says("", { usage: { ...noUsage(), inputTokens: 10 } });
const call = { id: "c1", name: "read_file", input: { path: "a.txt" } };

Deno.test("a text cut at the output limit is a failure that keeps the text", async () => {
  const { run } = bench([says("half an ans", { finishReason: "length" })]);
  const result = await run();
  assert.ok(result.status === "failed");
  assert.equal(result.error.code, "max_tokens");
  assert.match(result.error.message, /output limit of 4096 tokens, after 11 characters/);
  assert.equal(result.rawText, "half an ans");
});

Deno.test("a text cut at the script's own maxTokens is what the script asked for", async () => {
  const { run, provider } = bench([says("half an ans", { finishReason: "length" })]);
  const result = await run({ maxTokens: 3 });
  assert.equal(result.status === "completed" && result.value, "half an ans");
  assert.equal(provider.requests[0]?.maxTokens, 3);
});

Deno.test("a text cut before its first word is a failure even at the script's own maxTokens", async () => {
  const { run } = bench([says("", { finishReason: "length" })]);
  const result = await run({ maxTokens: 3 });
  assert.ok(result.status === "failed");
  assert.equal(result.error.code, "max_tokens");
});

Deno.test("a refusal fails at once with the model's words", async () => {
  const { run, provider } = bench([says("I will not do that", { finishReason: "refusal" }), says("never asked")]);
  const result = await run();
  assert.ok(result.status === "failed");
  assert.equal(result.error.code, "refusal");
  assert.match(result.error.message, /I will not do that/);
  assert.equal(provider.requests.length, 1);
});

Deno.test("a provider that gave nothing is asked once more", async () => {
  const { run, retries } = bench([nothing, says("here")]);
  const result = await run();
  assert.equal(result.status === "completed" && result.value, "here");
  assert.deepEqual(retries, [{ attempt: 1, code: "empty_answer", reason: "The provider answered nothing", waitMs: 0 }]);
});

Deno.test("nothing twice completes with the empty text", async () => {
  const { run } = bench([nothing, nothing]);
  const result = await run();
  assert.ok(result.status === "completed");
  assert.equal(result.value, "");
  assert.equal(result.attempts, 2);
});

Deno.test("an empty text of a model that did think is an answer", async () => {
  const { run } = bench([says("")]);
  const result = await run();
  assert.ok(result.status === "completed");
  assert.equal(result.value, "");
  assert.equal(result.attempts, 1);
});

Deno.test("the text comes back verbatim, white space and fences included", async () => {
  const text = " \n```json\n{}\n```\n\t";
  const { run } = bench([says(text)]);
  const result = await run();
  assert.equal(result.status === "completed" && result.value, text);
});

Deno.test("a tool call of a model without tools gets an error result, and the model goes on", async () => {
  const asks = says("", { finishReason: "tool_calls", toolCalls: [call], wire: { blocks: 1 } });
  const { run, provider } = bench([asks, says("without it")]);
  const result = await run();
  assert.equal(result.status === "completed" && result.value, "without it");
  assert.equal(result.attempts, 2);
  assert.deepEqual(provider.requests[1]?.messages, [
    { role: "user", content: "Say it" },
    { role: "assistant", content: "", toolCalls: [call], wire: { blocks: 1 } },
    {
      role: "tool",
      results: [{
        id: "c1",
        name: "read_file",
        content: 'There is no tool "read_file" in this call, nor any other: give the result directly',
        isError: true,
      }],
    },
  ]);
});

Deno.test("a model that only calls tools fails after maxTurns", async () => {
  const asks = says("", { finishReason: "tool_calls", toolCalls: [call] });
  const { run, provider } = bench([asks, asks, asks, asks]);
  const result = await run({ maxTurns: 3 });
  assert.ok(result.status === "failed");
  assert.equal(result.error.code, "bad_response");
  assert.match(result.error.message, /turn 3/);
  assert.equal(provider.requests.length, 3);
});

Deno.test("a plain text agent makes one provider call and sets no timer", async () => {
  const { run, provider, waits } = bench([says("done")]);
  const result = await run();
  assert.deepEqual(result, {
    status: "completed",
    value: "done",
    attempts: 1,
    usage: { ...noUsage(), inputTokens: 10, outputTokens: 5 },
    costUsd: 0.005,
    model: "far/default-model",
  });
  assert.equal(provider.requests.length, 1);
  assert.deepEqual(waits, []);
});
