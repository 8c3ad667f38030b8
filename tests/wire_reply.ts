// One reply in the four wire formats, as a stream of events and as a whole document.
import type { ProviderApi } from "../src/config.ts";
import type { Json, JsonObject } from "../src/json.ts";

export interface WireReply {
  text?: string;
  toolCalls?: { id?: string; name: string; input: JsonObject; /** Of the Responses API. */ namespace?: string }[];
  finishReason?: "stop" | "length" | "tool_calls" | "refusal";
  /** Default: 10 in, 5 out; null: the server reports none. */
  usage?: { input: number; output: number; cacheRead?: number; reasoning?: number } | null;
}

type Api = Exclude<ProviderApi, "simulated">;

interface Asked {
  model: string;
  index: number;
}

export function streamOf(api: Api, reply: WireReply, asked: Asked): string {
  const full = complete(reply);
  if (api === "anthropic-messages") return named(messagesEvents(full, asked));
  if (api === "openai-responses") return named(responsesEvents(full, asked));
  if (api === "ollama-chat") return ollamaLines(full, asked).map((line) => `${JSON.stringify(line)}\n`).join("");
  return chatChunks(full, asked).map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`).join("") + "data: [DONE]\n\n";
}

export function documentOf(api: Api, reply: WireReply, asked: Asked): JsonObject {
  const full = complete(reply);
  if (api === "anthropic-messages") return message(full, asked);
  if (api === "openai-responses") return response(full, asked);
  if (api === "ollama-chat") return { ...last(full, asked), message: ollamaMessage(full) };
  const chat = { role: "assistant", content: full.text, ...(full.calls.length > 0 && { tool_calls: chatCalls(full) }) };
  return {
    id: `chatcmpl-${asked.index}`,
    object: "chat.completion",
    model: asked.model,
    choices: [{ index: 0, message: chat, finish_reason: chatFinish(full) }],
    ...(full.usage && { usage: chatUsage(full.usage) }),
  };
}

interface Full {
  text: string;
  pieces: string[];
  calls: { id: string; name: string; input: JsonObject; namespace?: string }[];
  finish: NonNullable<WireReply["finishReason"]>;
  usage: { input: number; output: number; cacheRead: number; reasoning: number } | null;
}

function complete({ text = "", toolCalls = [], finishReason, usage }: WireReply): Full {
  return {
    text,
    pieces: text.match(/[\s\S]{1,24}/g) ?? [],
    calls: toolCalls.map((call, index) => ({ id: `call_${index + 1}`, ...call })),
    finish: finishReason ?? (toolCalls.length > 0 ? "tool_calls" : "stop"),
    usage: usage === null ? null : { cacheRead: 0, reasoning: 0, input: 10, output: 5, ...usage },
  };
}

function named(events: JsonObject[]): string {
  return events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join("");
}

const MESSAGES_STOP = { stop: "end_turn", length: "max_tokens", tool_calls: "tool_use", refusal: "refusal" };

function messagesUsage({ usage }: Full): JsonObject {
  const { input = 0, output = 0, cacheRead = 0 } = usage ?? {};
  return {
    input_tokens: input - cacheRead,
    cache_read_input_tokens: cacheRead,
    cache_creation_input_tokens: 0,
    output_tokens: output,
  };
}

function message(full: Full, { model, index }: Asked): JsonObject {
  const text: Json[] = full.text ? [{ type: "text", text: full.text }] : [];
  const calls = full.calls.map((call) => ({ type: "tool_use", ...call }));
  return {
    id: `msg_${index}`,
    type: "message",
    role: "assistant",
    model,
    content: [...text, ...calls],
    stop_reason: MESSAGES_STOP[full.finish],
    stop_sequence: null,
    ...(full.usage && { usage: messagesUsage(full) }),
  };
}

function messagesEvents(full: Full, asked: Asked): JsonObject[] {
  const { content, stop_reason, usage: _usage, ...head } = message(full, asked);
  const usage = full.usage ? { usage: messagesUsage(full) } : {};
  const blocks = (content as JsonObject[]).flatMap((block, index): JsonObject[] => {
    const isText = block.type === "text";
    const start = isText ? { type: "text", text: "" } : { ...block, input: {} };
    const deltas = isText
      ? full.pieces.map((text): JsonObject => ({ type: "text_delta", text }))
      : JSON.stringify(block.input).match(/.{1,7}/g)?.map((partial_json): JsonObject => ({
        type: "input_json_delta",
        partial_json,
      })) ?? [];
    return [
      { type: "content_block_start", index, content_block: start },
      ...deltas.map((delta): JsonObject => ({ type: "content_block_delta", index, delta })),
      { type: "content_block_stop", index },
    ];
  });
  return [
    { type: "message_start", message: { ...head, content: [], stop_reason: null, ...usage } },
    { type: "ping" },
    ...blocks,
    { type: "message_delta", delta: { stop_reason: stop_reason ?? null, stop_sequence: null }, ...usage },
    { type: "message_stop" },
  ];
}

function chatCalls({ calls }: Full): JsonObject[] {
  return calls.map(({ id, name, input }, index) => ({
    index,
    id,
    type: "function",
    function: { name, arguments: JSON.stringify(input) },
  }));
}

function chatFinish({ finish }: Full): string {
  return finish === "refusal" ? "content_filter" : finish;
}

function chatUsage({ input, output, cacheRead, reasoning }: NonNullable<Full["usage"]>): JsonObject {
  return {
    prompt_tokens: input,
    completion_tokens: output,
    total_tokens: input + output,
    prompt_tokens_details: { cached_tokens: cacheRead },
    completion_tokens_details: { reasoning_tokens: reasoning },
  };
}

function chatChunks(full: Full, { model, index }: Asked): JsonObject[] {
  const chunk = (choices: Json[]): JsonObject => ({
    id: `chatcmpl-${index}`,
    object: "chat.completion.chunk",
    model,
    choices,
  });
  const deltas = [
    { role: "assistant", content: "" },
    ...full.pieces.map((content) => ({ content })),
    ...chatCalls(full).map((call) => ({ tool_calls: [call] })),
  ];
  return [
    ...deltas.map((delta) => chunk([{ index: 0, delta, finish_reason: null }])),
    chunk([{ index: 0, delta: {}, finish_reason: chatFinish(full) }]),
    ...(full.usage ? [{ ...chunk([]), usage: chatUsage(full.usage) }] : []),
  ];
}

function response(full: Full, { model, index }: Asked): JsonObject {
  const part = full.finish === "refusal"
    ? { type: "refusal", refusal: full.text }
    : { type: "output_text", text: full.text, annotations: [] };
  const text = full.text
    ? [{ id: `msg_${index}`, type: "message", role: "assistant", status: "completed", content: [part] }]
    : [];
  const calls = full.calls.map(({ id, name, input, namespace }) => ({
    id: `fc_${id}`,
    type: "function_call",
    call_id: id,
    name,
    ...(namespace === undefined ? {} : { namespace }),
    arguments: JSON.stringify(input),
    status: "completed",
  }));
  const isCut = full.finish === "length";
  return {
    id: `resp_${index}`,
    object: "response",
    model,
    status: isCut ? "incomplete" : "completed",
    error: null,
    incomplete_details: isCut ? { reason: "max_output_tokens" } : null,
    output: [...text, ...calls],
    ...(full.usage && {
      usage: {
        input_tokens: full.usage.input,
        input_tokens_details: { cached_tokens: full.usage.cacheRead },
        output_tokens: full.usage.output,
        output_tokens_details: { reasoning_tokens: full.usage.reasoning },
        total_tokens: full.usage.input + full.usage.output,
      },
    }),
  };
}

function responsesEvents(full: Full, asked: Asked): JsonObject[] {
  const whole = response(full, asked);
  const items = whole.output as JsonObject[];
  return [
    { type: "response.created", response: { ...whole, status: "in_progress", output: [], usage: null } },
    ...full.pieces.map((delta): JsonObject => ({
      type: "response.output_text.delta",
      output_index: 0,
      content_index: 0,
      delta,
    })),
    ...items.map((item, output_index): JsonObject => ({ type: "response.output_item.done", output_index, item })),
    { type: whole.status === "incomplete" ? "response.incomplete" : "response.completed", response: whole },
  ];
}

function ollamaMessage({ text, calls }: Full): JsonObject {
  const tool_calls = calls.map(({ name, input }) => ({ function: { name, arguments: input } }));
  return { role: "assistant", content: text, ...(tool_calls.length > 0 && { tool_calls }) };
}

function last({ finish, usage }: Full, { model }: Asked): JsonObject {
  return {
    model,
    created_at: "2026-11-22T00:00:00Z",
    message: { role: "assistant", content: "" },
    done: true,
    done_reason: finish === "length" ? "length" : "stop",
    ...(usage && { prompt_eval_count: usage.input, eval_count: usage.output }),
  };
}

function ollamaLines(full: Full, asked: Asked): JsonObject[] {
  const line = (message: JsonObject): JsonObject => ({
    model: asked.model,
    created_at: "2026-11-22T00:00:00Z",
    message,
    done: false,
  });
  return [
    ...full.pieces.map((content) => line({ role: "assistant", content })),
    ...(full.calls.length > 0 ? [line(ollamaMessage({ ...full, text: "" }))] : []),
    last(full, asked),
  ];
}
