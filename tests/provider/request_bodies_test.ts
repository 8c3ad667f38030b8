// Request bodies of the four formats, checked against the vendors' own types.
import type {
  MessageCreateParamsNonStreaming,
  MessageCreateParamsStreaming,
} from "@anthropic-ai/sdk/resources/messages";
import type { CreateMessageRequestParams } from "@modelcontextprotocol/server";
import assert from "node:assert/strict";
import type { ChatRequest } from "ollama";
import type { ChatCompletionCreateParamsStreaming } from "openai/resources/chat/completions";
import type { ResponseCreateParamsStreaming } from "openai/resources/responses/responses";
import type { Message } from "../../src/provider.ts";
import { type MessagesBody, messagesBody } from "../../src/provider/anthropic_messages.ts";
import { contextTokens, type OllamaBody, ollamaBody } from "../../src/provider/ollama_chat.ts";
import { type ChatBody, chatBody } from "../../src/provider/openai_chat.ts";
import { type SamplingBody, samplingBody } from "../../src/provider/mcp_sampling.ts";
import { type ResponsesBody, responsesBody } from "../../src/provider/openai_responses.ts";
import type { WireRequest } from "../../src/provider/wire_format.ts";
import { providerNamed } from "./settings.ts";

// These assignments are the type check: a member that an SDK does not know the type of fails `deno check`.
type Streaming<Body> = Omit<Body, "stream"> & { stream: true };
const asMessages = (body: Streaming<MessagesBody>): MessageCreateParamsStreaming => body;
const asChat = (body: Streaming<ChatBody>): ChatCompletionCreateParamsStreaming => body;
const asResponses = (body: Streaming<ResponsesBody>): ResponseCreateParamsStreaming => body;
const asSampling = (body: SamplingBody): CreateMessageRequestParams => body;
const asOllama = (body: OllamaBody): ChatRequest => body;
/** Names that an SDK does not know: only those that are named here may go out. */
type Unknown<Body, Known> = Exclude<keyof Body, keyof Known>;
const known: [
  Record<Unknown<MessagesBody, MessageCreateParamsNonStreaming>, true>,
  Record<Unknown<ChatBody, ChatCompletionCreateParamsStreaming>, true>,
  Record<Unknown<ResponsesBody, ResponseCreateParamsStreaming>, true>,
  Record<Unknown<OllamaBody, ChatRequest>, true>,
] = [{ temperature: true }, {}, {}, { truncate: true }];

const SCHEMA = {
  type: "object",
  properties: { a: { type: "string" } },
  required: ["a"],
  additionalProperties: false,
};

const CONVERSATION: Message[] = [
  { role: "user", content: "read two files" },
  {
    role: "assistant",
    content: "I read them",
    toolCalls: [{ id: "c1", name: "read", input: { path: "a" } }, { id: "c2", name: "read", input: { path: "b" } }],
  },
  {
    role: "tool",
    results: [
      { id: "c1", name: "read", content: "text of a" },
      { id: "c2", name: "read", content: "no such file", isError: true },
    ],
  },
  { role: "user", content: "go on" },
];

function wired(overrides: Partial<WireRequest> = {}): WireRequest {
  return {
    settings: providerNamed("wire"),
    modelId: "test-model",
    system: "be brief",
    messages: CONVERSATION,
    tools: [{
      name: "read",
      description: "reads a file",
      schema: { type: "object", properties: { path: { type: "string" } } },
    }],
    toolChars: 120,
    toolChoice: undefined,
    schema: SCHEMA,
    maxTokens: 1000,
    expectedTokens: undefined,
    temperature: 0.5,
    effort: "high",
    stream: true,
    refused: new Set(),
    ...overrides,
  };
}

Deno.test("only documented exceptions go beyond the SDKs' request types", () => {
  assert.deepEqual(known.map((names) => Object.keys(names)), [["temperature"], [], [], ["truncate"]]);
});

Deno.test("Anthropic: all tool results stand first in one user message, with their errors marked", () => {
  const body = asMessages({ ...messagesBody(wired()), stream: true });
  assert.deepEqual(body.messages.map((message) => message.role), ["user", "assistant", "user"]);
  assert.deepEqual(body.messages[2]?.content, [
    { type: "tool_result", tool_use_id: "c1", content: "text of a" },
    { type: "tool_result", tool_use_id: "c2", content: "no such file", is_error: true },
    { type: "text", text: "go on" },
  ]);
  assert.equal(body.max_tokens, 1000);
  assert.deepEqual(body.output_config, { effort: "high", format: { type: "json_schema", schema: SCHEMA } });
});

Deno.test("Anthropic: empty texts never go out, because the API refuses them", () => {
  const messages: Message[] = [{ role: "user", content: "" }, { role: "assistant", content: "" }, {
    role: "user",
    content: "x",
  }];
  const { messages: sent } = messagesBody(wired({ messages }));
  for (const { content } of sent) {
    for (const block of content) assert.ok(block.type === "text" && block.text.length > 0);
  }
});

Deno.test("Anthropic: max_tokens is always there, and a long system prompt is marked for the cache", () => {
  const body = messagesBody(wired({ maxTokens: undefined, system: "x".repeat(5000), tools: [] }));
  assert.ok(body.max_tokens >= 4096);
  assert.deepEqual(body.system?.[0]?.cache_control, { type: "ephemeral" });
  assert.equal(body.cache_control, undefined);
});

Deno.test("a message in the provider's own form goes back unchanged, and not to another format", () => {
  const blocks = [{ type: "thinking", thinking: "hm", signature: "s1" }, {
    type: "tool_use",
    id: "c1",
    name: "read",
    input: {},
  }];
  const wire = { api: "anthropic-messages", message: blocks };
  const messages: Message[] = [{
    role: "assistant",
    content: "",
    toolCalls: [{ id: "c1", name: "read", input: {} }],
    wire,
  }];
  assert.deepEqual(messagesBody(wired({ messages })).messages[0]?.content, blocks);
  const item = responsesBody(wired({ messages })).input[0];
  assert.deepEqual(item, { type: "function_call", call_id: "c1", name: "read", arguments: "{}" });
});

Deno.test("Chat: tool results are one message each, and usage is asked for", () => {
  const body = asChat({ ...chatBody(wired()), stream: true });
  assert.deepEqual(body.messages.map((message) => message.role), [
    "system",
    "user",
    "assistant",
    "tool",
    "tool",
    "user",
  ]);
  assert.deepEqual(body.messages[4], { role: "tool", tool_call_id: "c2", content: "Error: no such file" });
  assert.deepEqual(body.stream_options, { include_usage: true });
  assert.equal(body.max_tokens, 1000);
  assert.equal(body.temperature, 0.5);
  assert.deepEqual(body.response_format, {
    type: "json_schema",
    json_schema: { name: "answer", schema: SCHEMA, strict: true },
  });
});

Deno.test("Chat: OpenAI's reasoning models get developer messages, max_completion_tokens and no temperature", () => {
  const settings = providerNamed("openai", { baseUrl: "https://api.openai.com/v1" });
  const body = asChat({ ...chatBody(wired({ settings, modelId: "gpt-6-sol", effort: "xhigh" })), stream: true });
  assert.equal(body.messages[0]?.role, "developer");
  assert.equal(body.max_completion_tokens, 1000);
  assert.equal(body.max_tokens, undefined);
  assert.equal(body.temperature, undefined);
  assert.equal(body.reasoning_effort, "xhigh");
});

Deno.test("Chat: a compatible server behind OpenAI's name or with its model ids is not taken for OpenAI", () => {
  const settings = providerNamed("openai", { baseUrl: "http://127.0.0.1:8080/v1" });
  const body = chatBody(wired({ settings, modelId: "gpt-6-sol" }));
  assert.equal(body.messages[0]?.role, "system");
  assert.equal(body.max_tokens, 1000);
  assert.equal(body.temperature, 0.5);
});

Deno.test("Chat: compatible servers get the three levels of effort that they know", () => {
  assert.equal(chatBody(wired({ effort: "max" })).reasoning_effort, "high");
  assert.equal(chatBody(wired({ effort: "low" })).reasoning_effort, "low");
});

Deno.test("Chat: a server's quirks decide on field names", () => {
  const settings = providerNamed("wire", {
    quirks: { maxTokensField: "max_completion_tokens", systemRole: "developer", streamUsage: false },
  });
  const body = chatBody(wired({ settings }));
  assert.equal(body.max_completion_tokens, 1000);
  assert.equal(body.messages[0]?.role, "developer");
  assert.equal(body.stream_options, undefined);
});

Deno.test("Responses: nothing is stored, reasoning comes back encrypted, calls and outputs are items", () => {
  const settings = providerNamed("corp", { api: "openai-responses", baseUrl: "https://llm.corp.example/v1" });
  const body = asResponses({ ...responsesBody(wired({ settings, modelId: "o3" })), stream: true });
  assert.equal(body.store, false);
  assert.deepEqual(body.include, ["reasoning.encrypted_content"]);
  assert.equal(body.instructions, "be brief");
  assert.equal(body.temperature, undefined);
  assert.deepEqual(body.reasoning, { effort: "high" });
  assert.deepEqual((body.input as object[]).slice(2, 5), [
    { type: "function_call", call_id: "c1", name: "read", arguments: '{"path":"a"}' },
    { type: "function_call", call_id: "c2", name: "read", arguments: '{"path":"b"}' },
    { type: "function_call_output", call_id: "c1", output: "text of a" },
  ]);
});

Deno.test("Responses: models that do not reason get temperature and no reasoning members", () => {
  const settings = providerNamed("openai", { baseUrl: "https://api.openai.com/v1" });
  const body = responsesBody(wired({ settings, modelId: "gpt-4.1" }));
  assert.equal(body.temperature, 0.5);
  assert.equal(body.reasoning, undefined);
  assert.equal(body.include, undefined);
});

Deno.test("Ollama: arguments are objects, results name their tool, and truncation is refused", () => {
  const body = asOllama(ollamaBody(wired()));
  assert.deepEqual(body.messages?.[2]?.tool_calls?.[0], { function: { name: "read", arguments: { path: "a" } } });
  assert.deepEqual(body.messages?.[3], { role: "tool", tool_name: "read", content: "text of a" });
  assert.equal(ollamaBody(wired()).truncate, false);
  assert.equal(body.options?.num_predict, 1000);
});

Deno.test("Ollama: the context holds the whole request and grows in powers of two", () => {
  const sizes = [10, 30_000, 100_000, 10_000_000].map((length) => contextTokens(wired({ system: "x".repeat(length) })));
  assert.deepEqual(sizes, [8192, 16_384, 65_536, 131_072]);
  const wide = contextTokens(wired({ system: "語".repeat(30_000) }));
  assert.equal(wide, 32_768);
  // A limit that nobody chose asks for no memory; one that the script chose does.
  const short = { system: "short", maxTokens: 16_384 };
  assert.equal(contextTokens(wired({ ...short, expectedTokens: 4096 })), 8192);
  assert.equal(contextTokens(wired(short)), 32_768);
});

Deno.test("Ollama: gpt-oss gets levels of thinking, other models a switch", () => {
  assert.equal(ollamaBody(wired({ modelId: "gpt-oss:20b", effort: "max" })).think, "high");
  assert.equal(ollamaBody(wired({ effort: "low" })).think, false);
  assert.equal(ollamaBody(wired({ effort: undefined })).think, undefined);
});

Deno.test("sampling: a turn of tools in the protocol's own blocks, and one block where one is enough", () => {
  const body = asSampling(samplingBody(wired({ modelId: "gpt-5", schema: undefined })));
  assert.deepEqual(body.messages, [
    { role: "user", content: { type: "text", text: "read two files" } },
    {
      role: "assistant",
      content: [
        { type: "text", text: "I read them" },
        { type: "tool_use", id: "c1", name: "read", input: { path: "a" } },
        { type: "tool_use", id: "c2", name: "read", input: { path: "b" } },
      ],
    },
    {
      role: "user",
      content: [
        { type: "tool_result", toolUseId: "c1", content: [{ type: "text", text: "text of a" }] },
        { type: "tool_result", toolUseId: "c2", content: [{ type: "text", text: "no such file" }], isError: true },
      ],
    },
    { role: "user", content: { type: "text", text: "go on" } },
  ]);
  assert.deepEqual(body.modelPreferences, { hints: [{ name: "gpt-5" }], intelligencePriority: 1 });
  assert.deepEqual([body.systemPrompt, body.maxTokens, body.temperature], ["be brief", 1000, 0.5]);
  assert.deepEqual(body.tools?.map(({ name, inputSchema }) => [name, inputSchema.type]), [["read", "object"]]);
});

Deno.test("sampling: no tools go out to a host that takes none, and host:default hints at nothing", () => {
  const settings = providerNamed("host", { api: "mcp-sampling", quirks: { tools: false } });
  const body = samplingBody(wired({ settings, modelId: "default", effort: undefined, toolChoice: "none" }));
  assert.deepEqual([body.tools, body.toolChoice, body.modelPreferences], [undefined, undefined, undefined]);
});
