// Anthropic Messages: POST {base}/v1/messages, answered by server-sent events.
import type { Effort } from "../agent.ts";
import type { ProviderSettings } from "../config.ts";
import { isJsonObject, type Json, type JsonObject, type JsonSchema } from "../json.ts";
import { type Message, noUsage, type TokenUsage, type ToolCall } from "../provider.ts";
import { isSoundUsage } from "./reported_usage.ts";
import { count, parsedInput, place, wireOf } from "./wire_value.ts";
import type { Answer, AnswerReader, ReadState, WireFormat, WireRequest } from "./wire_format.ts";

/** max_tokens is required here; a model with a lower limit names it, and the request goes out again with that. */
const DEFAULT_MAX_TOKENS = 16_000;
/** Shorter prefixes are below the least cacheable length. */
const CACHEABLE_CHARS = 4096;

/** The wire format of Anthropic and servers that speak like it. */
export const anthropicMessages: WireFormat = {
  framing: "sse",
  isAnswer: ({ content }) => Array.isArray(content),
  url: (settings) => `${settings.baseUrl.replace(/\/v1$/, "")}/v1/messages`,
  schemaMode: ({ settings }) => settings.quirks.jsonSchema === false ? null : "anthropic",
  body: messagesBody,
  reader: () => new MessagesReader(),
};

interface CacheControl {
  type: "ephemeral";
}

/** A part of a message, as far as it is written here. */
export type ContentBlock =
  | { type: "text"; text: string; cache_control?: CacheControl }
  | { type: "tool_use"; id: string; name: string; input: Json }
  | { type: "tool_result"; tool_use_id: string; content: string; is_error?: boolean };

/** The request body. */
export interface MessagesBody {
  model: string;
  max_tokens: number;
  stream: boolean;
  system?: { type: "text"; text: string; cache_control?: CacheControl }[];
  messages: { role: "user" | "assistant"; content: ContentBlock[] }[];
  tools?: { name: string; description: string; input_schema: { type: "object" } & JsonSchema }[];
  tool_choice?: { type: "none" };
  temperature?: number;
  output_config?: { effort?: Effort; format?: { type: "json_schema"; schema: JsonSchema } };
  cache_control?: CacheControl;
}

/** Writes the request body; checked in tests against the SDK's own type. */
export function messagesBody(request: WireRequest): MessagesBody {
  const body: MessagesBody = {
    model: request.modelId,
    max_tokens: request.maxTokens ?? DEFAULT_MAX_TOKENS,
    stream: request.stream,
    messages: turns(request.messages),
  };
  const caches = !request.refused.has("cache");
  if (request.system) {
    const cached = caches && prefixChars(request) >= CACHEABLE_CHARS;
    body.system = [{ type: "text", text: request.system, ...(cached && { cache_control: { type: "ephemeral" } }) }];
  }
  if (request.tools.length > 0) {
    body.tools = request.tools.map(({ name, description, schema }) => ({
      name,
      description,
      input_schema: { ...schema, type: "object" },
    }));
  }
  if (request.toolChoice) body.tool_choice = { type: "none" };
  // The next turn reads what this one sends.
  if (caches && request.tools.length > 0) body.cache_control = { type: "ephemeral" };
  if (request.temperature !== undefined) body.temperature = request.temperature;
  if (request.effort) body.output_config = { effort: request.effort };
  if (request.schema) {
    body.output_config = { ...body.output_config, format: { type: "json_schema", schema: request.schema } };
  }
  return body;
}

/** Tools stand before the system prompt: a mark on this holds both. */
function prefixChars({ system, toolChars }: WireRequest): number {
  return (system ?? "").length + toolChars;
}

/** One user message holds all tool results, before any text: neighbours of one role become one. */
function turns(messages: Message[]): MessagesBody["messages"] {
  const out: MessagesBody["messages"] = [];
  for (const message of messages) {
    const role = message.role === "assistant" ? "assistant" : "user";
    const content = blocks(message);
    const last = out.at(-1);
    if (last?.role === role) last.content.push(...content);
    else if (content.length > 0) out.push({ role, content });
  }
  return out;
}

function blocks(message: Message): ContentBlock[] {
  if (message.role === "user") return [{ type: "text", text: message.content || "(empty)" }];
  if (message.role === "tool") {
    return message.results.map(({ id, content, isError }) => ({
      type: "tool_result",
      tool_use_id: id,
      content,
      ...(isError && { is_error: true }),
    }));
  }
  const wire = wireOf(message, "anthropic-messages");
  if (Array.isArray(wire)) return [...wire] as ContentBlock[];
  const text: ContentBlock[] = message.content.trim() ? [{ type: "text", text: message.content }] : [];
  const calls = (message.toolCalls ?? []).map(({ id, name, input }): ContentBlock => ({
    type: "tool_use",
    id,
    name,
    input: isJsonObject(input) ? input : { input },
  }));
  return text.length + calls.length > 0 ? [...text, ...calls] : [{ type: "text", text: "(empty)" }];
}

class MessagesReader implements AnswerReader {
  readonly #blocks: JsonObject[] = [];
  /** Text of tool inputs and thinking by block, joined when the block stops. */
  readonly #inputs = new Map<number, string>();
  #stopReason = "";
  #usage: JsonObject | null = null;

  event(event: JsonObject): ReadState {
    const index = place(event.index);
    switch (event.type) {
      case "message_start":
        if (isJsonObject(event.message)) this.#addUsage(event.message.usage);
        break;
      case "content_block_start":
        if (isJsonObject(event.content_block)) this.#blocks[index] = { ...event.content_block };
        break;
      case "content_block_delta":
        if (isJsonObject(event.delta)) this.#addDelta(index, event.delta);
        break;
      case "message_delta":
        this.#addUsage(event.usage);
        if (isJsonObject(event.delta)) this.#stopReason = String(event.delta.stop_reason ?? this.#stopReason);
        return this.#stopReason ? "complete" : "open";
      case "message_stop":
        return "ended";
    }
    return this.#stopReason ? "complete" : "open";
  }

  document(answer: JsonObject): void {
    if (Array.isArray(answer.content)) this.#blocks.push(...answer.content.filter(isJsonObject));
    this.#stopReason = String(answer.stop_reason ?? "");
    this.#addUsage(answer.usage);
  }

  usage(): TokenUsage | null {
    return this.#usage && isSoundUsage(this.#usage) ? messagesUsage(this.#usage) : null;
  }

  answer(): Answer {
    const blocks = this.#blocks.flatMap((block, index) => block ? [this.#finished(block, index)] : []);
    const toolCalls = blocks.filter((block) => block.type === "tool_use").map((block): ToolCall => ({
      id: String(block.id),
      name: String(block.name),
      input: block.input ?? {},
    }));
    const text = blocks.map((block) => block.type === "text" ? String(block.text ?? "") : "").join("");
    const answer: Answer = { text, toolCalls, finishReason: finishReason(this.#stopReason), usage: this.usage() };
    const sendable = blocks.filter((block) => block.type !== "text" || String(block.text ?? "").trim() !== "")
      .map(withObjectInput);
    if (sendable.some((block) => block.type !== "text") || answer.finishReason === "paused") {
      answer.wire = { api: "anthropic-messages", message: sendable };
    }
    return answer;
  }

  #addDelta(index: number, delta: JsonObject): void {
    const block = this.#blocks[index] ??= { type: "text", text: "" };
    if (delta.type === "input_json_delta") {
      this.#inputs.set(index, (this.#inputs.get(index) ?? "") + String(delta.partial_json ?? ""));
    } else if (delta.type === "text_delta") block.text = String(block.text ?? "") + String(delta.text ?? "");
    else if (delta.type === "thinking_delta") {
      block.thinking = String(block.thinking ?? "") + String(delta.thinking ?? "");
    } else if (delta.type === "signature_delta") {
      block.signature = String(block.signature ?? "") + String(delta.signature ?? "");
    }
  }

  #finished(block: JsonObject, index: number): JsonObject {
    const input = this.#inputs.get(index);
    return input === undefined ? block : { ...block, input: parsedInput(input) };
  }

  /** Usage is cumulative: later numbers replace earlier ones, absent ones do not. */
  #addUsage(usage: Json | undefined): void {
    if (!isJsonObject(usage)) return;
    const given = Object.entries(usage).filter(([, value]) => value !== null);
    this.#usage = { ...this.#usage, ...Object.fromEntries(given) };
  }
}

/** The API refuses a tool_use whose input is no object, even its own. */
function withObjectInput(block: JsonObject): JsonObject {
  if (block.type !== "tool_use" || isJsonObject(block.input)) return block;
  return { ...block, input: { input: block.input ?? null } };
}

function messagesUsage(usage: JsonObject): TokenUsage {
  const cacheReadTokens = count(usage.cache_read_input_tokens);
  const cacheWriteTokens = count(usage.cache_creation_input_tokens);
  const details = isJsonObject(usage.output_tokens_details) ? usage.output_tokens_details : {};
  return {
    ...noUsage(),
    inputTokens: count(usage.input_tokens) + cacheReadTokens + cacheWriteTokens,
    outputTokens: count(usage.output_tokens),
    cacheReadTokens,
    cacheWriteTokens,
    reasoningTokens: count(details.thinking_tokens),
  };
}

function finishReason(stopReason: string): Answer["finishReason"] {
  switch (stopReason) {
    case "end_turn":
    case "stop_sequence":
      return "stop";
    case "max_tokens":
      return "length";
    case "tool_use":
      return "tool_calls";
    case "pause_turn":
      return "paused";
    case "refusal":
      return "refusal";
    case "model_context_window_exceeded":
      return "overflow";
    default:
      return "other";
  }
}

/** The list of models, for `GET {base}/v1/models`. */
export function messagesModelsUrl(settings: ProviderSettings): string {
  return `${settings.baseUrl.replace(/\/v1$/, "")}/v1/models?limit=1000`;
}
