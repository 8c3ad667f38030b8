// Streams as the vendors send them, with the parts that adapters are easily wrong about.
import type { ConfiguredApi } from "../../src/config.ts";
import type { FinishReason, TokenUsage } from "../../src/provider.ts";

export interface Recording {
  name: string;
  api: Exclude<ConfiguredApi, "simulated">;
  body: string;
  text: string;
  finishReason: FinishReason;
  calls: { id?: string; name: string; input: unknown }[];
  usage: TokenUsage | null;
}

const events = (...list: object[]) =>
  list.map((event) => `event: ${(event as { type: string }).type}\r\ndata: ${JSON.stringify(event)}\r\n\r\n`).join("");
const chunks = (...list: object[]) => list.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`).join("");
const lines = (...list: object[]) => list.map((line) => `${JSON.stringify(line)}\n`).join("");

export const RECORDINGS: Recording[] = [
  {
    name: "Anthropic: thinking, text and a tool call with cached input",
    api: "anthropic-messages",
    body: events(
      {
        type: "message_start",
        message: {
          id: "msg_1",
          type: "message",
          role: "assistant",
          content: [],
          stop_reason: null,
          usage: {
            input_tokens: 12,
            cache_creation_input_tokens: 100,
            cache_read_input_tokens: 2000,
            output_tokens: 1,
          },
        },
      },
      { type: "content_block_start", index: 0, content_block: { type: "thinking", thinking: "", signature: "" } },
      { type: "ping" },
      { type: "content_block_delta", index: 0, delta: { type: "thinking_delta", thinking: "let me see…" } },
      { type: "content_block_delta", index: 0, delta: { type: "signature_delta", signature: "Es8BCk" } },
      { type: "content_block_stop", index: 0 },
      { type: "content_block_start", index: 1, content_block: { type: "text", text: "" } },
      { type: "content_block_delta", index: 1, delta: { type: "text_delta", text: "Größe 日本" } },
      { type: "content_block_delta", index: 1, delta: { type: "text_delta", text: " 🚀\n" } },
      { type: "content_block_stop", index: 1 },
      {
        type: "content_block_start",
        index: 2,
        content_block: { type: "tool_use", id: "toolu_1", name: "read", input: {} },
      },
      { type: "content_block_delta", index: 2, delta: { type: "input_json_delta", partial_json: "" } },
      { type: "content_block_delta", index: 2, delta: { type: "input_json_delta", partial_json: '{"path": "a' } },
      { type: "content_block_delta", index: 2, delta: { type: "input_json_delta", partial_json: '.md"}' } },
      { type: "content_block_stop", index: 2 },
      {
        type: "message_delta",
        delta: { stop_reason: "tool_use", stop_sequence: null },
        usage: { output_tokens: 45, output_tokens_details: { thinking_tokens: 20 }, input_tokens: null },
      },
      { type: "message_stop" },
    ),
    text: "Größe 日本 🚀\n",
    finishReason: "tool_calls",
    calls: [{ id: "toolu_1", name: "read", input: { path: "a.md" } }],
    usage: { inputTokens: 2112, outputTokens: 45, cacheReadTokens: 2000, cacheWriteTokens: 100, reasoningTokens: 20 },
  },
  {
    name: "Chat: OpenAI's chunks with two tool calls in pieces and a usage chunk without choices",
    api: "openai-chat",
    body: chunks(
      { choices: [{ index: 0, delta: { role: "assistant", content: null }, finish_reason: null }] },
      {
        choices: [{
          index: 0,
          delta: {
            tool_calls: [{ index: 0, id: "call_a", type: "function", function: { name: "add", arguments: "" } }],
          },
        }],
      },
      { choices: [{ index: 0, delta: { tool_calls: [{ index: 0, function: { arguments: '{"x":' } }] } }] },
      { choices: [{ index: 0, delta: { tool_calls: [{ index: 0, function: { arguments: "1}" } }] } }] },
      {
        choices: [{
          index: 0,
          delta: {
            tool_calls: [{
              index: 1,
              id: "call_b",
              type: "function",
              function: { name: "add", arguments: "not json" },
            }],
          },
        }],
      },
      { choices: [{ index: 0, delta: {}, finish_reason: "tool_calls" }] },
      {
        choices: [],
        usage: {
          prompt_tokens: 80,
          completion_tokens: 30,
          prompt_tokens_details: { cached_tokens: 64 },
          completion_tokens_details: { reasoning_tokens: 10 },
        },
      },
    ) + "data: [DONE]\n\n",
    text: "",
    finishReason: "tool_calls",
    calls: [{ id: "call_a", name: "add", input: { x: 1 } }, { id: "call_b", name: "add", input: "not json" }],
    usage: { inputTokens: 80, outputTokens: 30, cacheReadTokens: 64, cacheWriteTokens: 0, reasoningTokens: 10 },
  },
  {
    name: "Chat: OpenRouter's comments, reasoning, and calls under one index told apart by their ids",
    api: "openai-chat",
    body: ": OPENROUTER PROCESSING\n\n" + chunks(
      { choices: [{ delta: { role: "assistant", content: "", reasoning: "hm" } }] },
      { choices: [{ delta: { content: "héllo" } }] },
      { choices: [{ delta: { tool_calls: [{ index: 0, id: "g1", function: { name: "a", arguments: '{"n":1}' } }] } }] },
      { choices: [{ delta: { tool_calls: [{ index: 0, id: "g2", function: { name: "b", arguments: '{"n":2}' } }] } }] },
      {
        choices: [{ delta: { content: "" }, finish_reason: "stop" }],
        usage: { prompt_tokens: 3, completion_tokens: 4 },
      },
    ) + ": ping\n\ndata: [DONE]\n\n",
    text: "héllo",
    finishReason: "tool_calls",
    calls: [{ id: "g1", name: "a", input: { n: 1 } }, { id: "g2", name: "b", input: { n: 2 } }],
    usage: { inputTokens: 3, outputTokens: 4, cacheReadTokens: 0, cacheWriteTokens: 0, reasoningTokens: 0 },
  },
  {
    name: "Chat: a server without usage, finish_reason, call ids and indexes",
    api: "openai-chat",
    body: chunks(
      { choices: [{ delta: { content: "ok" } }] },
      { choices: [{ delta: { tool_calls: [{ function: { name: "a", arguments: '{"n":' } }] } }] },
      { choices: [{ delta: { tool_calls: [{ function: { arguments: "1}" } }] } }] },
    ) + "data: [DONE]\n\n",
    text: "ok",
    finishReason: "tool_calls",
    calls: [{ name: "a", input: { n: 1 } }],
    usage: null,
  },
  {
    name: "Responses: reasoning, text and a call, cut at the output limit",
    api: "openai-responses",
    body: events(
      {
        type: "response.created",
        response: { id: "resp_1", object: "response", status: "in_progress", error: null, output: [] },
      },
      { type: "response.output_item.added", output_index: 0, item: { type: "reasoning", id: "rs_1", summary: [] } },
      {
        type: "response.output_item.done",
        output_index: 0,
        item: { type: "reasoning", id: "rs_1", summary: [], encrypted_content: "gAAA" },
      },
      { type: "response.output_text.delta", output_index: 1, content_index: 0, delta: "naï" },
      { type: "response.output_text.delta", output_index: 1, content_index: 0, delta: "ve" },
      {
        type: "response.output_item.done",
        output_index: 1,
        item: {
          type: "message",
          id: "m1",
          role: "assistant",
          status: "completed",
          content: [{ type: "output_text", text: "naïve", annotations: [] }],
        },
      },
      {
        type: "response.output_item.done",
        output_index: 2,
        item: {
          type: "function_call",
          id: "fc1",
          call_id: "call_1",
          name: "read",
          arguments: '{"path":"a"}',
          status: "completed",
        },
      },
      {
        type: "response.incomplete",
        response: {
          object: "response",
          status: "incomplete",
          incomplete_details: { reason: "max_output_tokens" },
          error: null,
          output: [],
          usage: {
            input_tokens: 50,
            input_tokens_details: { cached_tokens: 32 },
            output_tokens: 70,
            output_tokens_details: { reasoning_tokens: 60 },
          },
        },
      },
    ),
    text: "naïve",
    finishReason: "length",
    calls: [{ id: "call_1", name: "read", input: { path: "a" } }],
    usage: { inputTokens: 50, outputTokens: 70, cacheReadTokens: 32, cacheWriteTokens: 0, reasoningTokens: 60 },
  },
  {
    name: "Ollama: thinking, text in pieces and a tool call whose arguments are an object",
    api: "ollama-chat",
    body: lines(
      { model: "q", message: { role: "assistant", content: "", thinking: "mm" }, done: false },
      { model: "q", message: { role: "assistant", content: "Grüß" }, done: false },
      { model: "q", message: { role: "assistant", content: " dich 👋" }, done: false },
      {
        model: "q",
        message: {
          role: "assistant",
          content: "",
          tool_calls: [{ function: { name: "read", arguments: { path: "ä" } } }],
        },
        done: false,
      },
      {
        model: "q",
        message: { role: "assistant", content: "" },
        done: true,
        done_reason: "stop",
        prompt_eval_count: 26,
        eval_count: 290,
      },
    ),
    text: "Grüß dich 👋",
    finishReason: "tool_calls",
    calls: [{ name: "read", input: { path: "ä" } }],
    usage: { inputTokens: 26, outputTokens: 290, cacheReadTokens: 0, cacheWriteTokens: 0, reasoningTokens: 0 },
  },
  {
    name: "Ollama: cut at the output limit, without a count of the prompt",
    api: "ollama-chat",
    body: lines(
      { message: { role: "assistant", content: "abc" }, done: false },
      { message: { role: "assistant", content: "" }, done: true, done_reason: "length", eval_count: 3 },
    ),
    text: "abc",
    finishReason: "length",
    calls: [],
    usage: null,
  },
];
