// Recorded streams of all formats, read whole and split at every byte.
import assert from "node:assert/strict";
import { anthropicMessages } from "../../src/provider/anthropic_messages.ts";
import { readAnswer } from "../../src/provider/exchange.ts";
import { HttpCall } from "../../src/provider/http_call.ts";
import { ollamaChat } from "../../src/provider/ollama_chat.ts";
import { openaiChat } from "../../src/provider/openai_chat.ts";
import { openaiResponses } from "../../src/provider/openai_responses.ts";
import type { Answer, WireRequest } from "../../src/provider/wire_format.ts";
import { patient, providerNamed } from "./settings.ts";
import { type Recording, RECORDINGS } from "./wire_recordings.ts";

const FORMATS = {
  "anthropic-messages": anthropicMessages,
  "openai-chat": openaiChat,
  "openai-responses": openaiResponses,
  "ollama-chat": ollamaChat,
};

async function readParts(recording: Recording, parts: Uint8Array[]): Promise<Answer> {
  const settings = providerNamed("wire", { api: recording.api });
  const format = FORMATS[recording.api];
  const request: WireRequest = {
    settings,
    modelId: "m",
    system: undefined,
    messages: [],
    tools: [],
    toolChars: 0,
    toolChoice: undefined,
    schema: undefined,
    maxTokens: undefined,
    expectedTokens: undefined,
    temperature: undefined,
    effort: undefined,
    stream: true,
    refused: new Set(),
  };
  const reader = format.reader(request);
  using call = new HttpCall(settings, patient());
  const queue = [...parts];
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const part = queue.shift();
      if (part) controller.enqueue(part);
      else controller.close();
    },
  });
  await readAnswer({ call, format, reader, settings }, new Response(body));
  return reader.answer();
}

function check(answer: Answer, recording: Recording): void {
  assert.equal(answer.text, recording.text);
  assert.equal(answer.finishReason, recording.finishReason);
  assert.deepEqual(answer.usage, recording.usage);
  assert.deepEqual(
    answer.toolCalls.map(({ name, input }) => ({ name, input })),
    recording.calls.map(({ name, input }) => ({ name, input })),
  );
  for (const [index, { id }] of recording.calls.entries()) if (id) assert.equal(answer.toolCalls[index]?.id, id);
  const ids = answer.toolCalls.map((call) => call.id);
  assert.equal(new Set(ids.filter((id) => id.length > 0)).size, ids.length);
}

for (const recording of RECORDINGS) {
  const bytes = new TextEncoder().encode(recording.body);

  Deno.test(`${recording.name}: the answer is the same however the bytes are split`, async () => {
    check(await readParts(recording, [bytes]), recording);
    check(await readParts(recording, [...bytes].map((byte) => new Uint8Array([byte]))), recording);
    for (let at = 1; at < bytes.length; at++) {
      check(await readParts(recording, [bytes.slice(0, at), bytes.slice(at)]), recording);
    }
  });

  Deno.test(`${recording.name}: cut at any byte it is a whole answer or a retryable failure, never a part`, async () => {
    for (let end = 0; end < bytes.length; end++) {
      const outcome = await readParts(recording, [bytes.slice(0, end)]).catch((error) => error);
      if (outcome instanceof Error) assert.ok((outcome as Error & { retryable?: boolean }).retryable, outcome.message);
      else assert.equal(outcome.text, recording.text);
    }
  });
}

Deno.test("Anthropic's thinking and signature come back in the wire form, unchanged", async () => {
  const recording = RECORDINGS[0];
  assert.ok(recording);
  const { wire } = await readParts(recording, [new TextEncoder().encode(recording.body)]);
  assert.deepEqual(wire, {
    api: "anthropic-messages",
    message: [
      { type: "thinking", thinking: "let me see…", signature: "Es8BCk" },
      { type: "text", text: "Größe 日本 🚀\n" },
      { type: "tool_use", id: "toolu_1", name: "read", input: { path: "a.md" } },
    ],
  });
});

Deno.test("Responses' items come back in the wire form, reasoning included", async () => {
  const recording = RECORDINGS.find((each) => each.api === "openai-responses");
  assert.ok(recording);
  const { wire } = await readParts(recording, [new TextEncoder().encode(recording.body)]);
  const items = (wire as { message: { type: string; encrypted_content?: string }[] }).message;
  assert.deepEqual(items.map((item) => item.type), ["reasoning", "message", "function_call"]);
  assert.equal(items[0]?.encrypted_content, "gAAA");
});
