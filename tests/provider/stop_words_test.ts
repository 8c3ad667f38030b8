// An answer that its server broke off is no whole answer, and a gateway's words under status 200 are none at all.
import assert from "node:assert/strict";
import { ProviderError } from "../../src/provider.ts";
import { openProvider } from "../../src/provider/open.ts";
import { startWireServer, type WireAnswer, wireProvider } from "../wire_server.ts";
import { asked, patient, settingsWith } from "./settings.ts";

type Api = "anthropic-messages" | "openai-chat" | "openai-responses" | "ollama-chat";

async function generated(api: Api, answer: WireAnswer) {
  await using server = startWireServer({ answer: () => answer });
  return await openProvider(settingsWith([wireProvider(server, api)])).generate(asked("x"), patient());
}

function document(json: unknown): WireAnswer {
  return { raw: [JSON.stringify(json)], contentType: "application/json" };
}

function chat(finish_reason: string): WireAnswer {
  const chunks = [
    { choices: [{ index: 0, delta: { content: "half of a text" } }] },
    { choices: [{ index: 0, delta: {}, finish_reason }] },
  ];
  return { raw: [...chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`), "data: [DONE]\n\n"] };
}

for (const word of ["error", "insufficient_system_resource", "network_error", "abort", "MALFORMED_FUNCTION_CALL"]) {
  Deno.test(`finish_reason "${word}" is an answer that was broken off, to be tried again`, async () => {
    await assert.rejects(generated("openai-chat", chat(word)), (error) => {
      assert.ok(error instanceof ProviderError);
      assert.deepEqual([error.code, error.retryable], ["service_unavailable", true]);
      assert.match(error.message, new RegExp(`broke its answer off \\(${word}\\)`));
      return true;
    });
  });
}

for (
  const [word, finishReason] of [
    ...[["model_length", "length"], ["MAX_TOKENS", "length"], ["SAFETY", "refusal"], ["sensitive", "refusal"]],
    ...[["stop", "stop"], ["eos_token", "stop"], ["tool_calls", "stop"], ["never heard of", "other"]],
  ]
) {
  Deno.test(`finish_reason "${word}" means ${finishReason}`, async () => {
    assert.equal((await generated("openai-chat", chat(word!))).finishReason, finishReason);
  });
}

Deno.test("a Responses answer that was cancelled is no whole one", async () => {
  const output = [{ type: "message", content: [{ type: "output_text", text: "half" }] }];
  const json = { object: "response", status: "cancelled", output };
  await assert.rejects(generated("openai-responses", document(json)), /broke its answer off \(cancelled\)/);
});

Deno.test("an error inside a choice is an error", async () => {
  const json = { choices: [{ message: { content: "half" }, error: { code: 502, message: "upstream gave up" } }] };
  await assert.rejects(generated("openai-chat", document(json)), /upstream gave up/);
});

const NO_ANSWERS = [
  { message: "no Route matched with those values" },
  { choices: null, base_resp: { status_code: 1004, status_msg: "login fail" } },
  { choices: [] },
  { detail: "Not Found" },
];

for (const api of ["anthropic-messages", "openai-chat", "openai-responses"] as const) {
  for (const json of NO_ANSWERS) {
    Deno.test(`${api}: ${JSON.stringify(json)} under status 200 is no answer`, async () => {
      await assert.rejects(generated(api, document(json)), (error) => {
        assert.ok(error instanceof ProviderError);
        assert.deepEqual([error.code, error.retryable], ["bad_response", false]);
        assert.ok(error.message.includes(JSON.stringify(json)), error.message);
        return true;
      });
    });
  }
}

Deno.test("a whole message at a stream's end doubles neither text nor tool arguments", async () => {
  const call = { index: 0, id: "c1", type: "function", function: { name: "read_file", arguments: '{"path":"a"}' } };
  const chunks = [
    { choices: [{ index: 0, delta: { content: "one " } }] },
    { choices: [{ index: 0, delta: { content: "two", tool_calls: [call] } }] },
    { choices: [{ index: 0, message: { content: "one two", tool_calls: [call] }, finish_reason: "tool_calls" }] },
  ];
  const raw = [...chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`), "data: [DONE]\n\n"];
  const { text, toolCalls } = await generated("openai-chat", { raw });
  assert.equal(text, "one two");
  assert.deepEqual(toolCalls.map(({ input }) => input), [{ path: "a" }]);
});

Deno.test("tokens that were written into the provider's cache are told in both formats of OpenAI", async () => {
  const chat = {
    choices: [{ message: { content: "x" }, finish_reason: "stop" }],
    usage: { prompt_tokens: 100, completion_tokens: 1, prompt_tokens_details: { cache_write_tokens: 80 } },
  };
  assert.equal((await generated("openai-chat", document(chat))).usage.cacheWriteTokens, 80);
  const response = {
    object: "response",
    status: "completed",
    output: [{ type: "message", content: [{ type: "output_text", text: "x" }] }],
    usage: { input_tokens: 100, output_tokens: 1, input_tokens_details: { cache_write_tokens: 80 } },
  };
  assert.equal((await generated("openai-responses", document(response))).usage.cacheWriteTokens, 80);
});
