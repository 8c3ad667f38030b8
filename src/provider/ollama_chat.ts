// Ollama: POST {base}/api/chat, answered by one JSON document a line.
import { isJsonObject, type JsonObject, type JsonSchema } from "../json.ts";
import { type Message, noUsage, type TokenUsage, type ToolCall } from "../provider.ts";
import { promptText, upperTokens } from "./estimate.ts";
import { isSoundUsage } from "./reported_usage.ts";
import { count, newCallId, parsedInput, wireOf } from "./wire_value.ts";
import type { Answer, AnswerReader, ReadState, WireFormat, WireRequest } from "./wire_format.ts";

const LEAST_CONTEXT = 8192;
/** The most that is asked for. */
export const LARGEST_CONTEXT = 131_072;
/** Room for the answer where no limit is given. */
const OUTPUT_ROOM = 4096;

/** The wire format of Ollama. */
export const ollamaChat: WireFormat = {
  framing: "ndjson",
  isAnswer: ({ message }) => isJsonObject(message),
  url: (settings) => `${settings.baseUrl}/api/chat`,
  // `format` binds every word of the answer: with it, the model could call no tool.
  schemaMode: ({ settings, hasTools }) => hasTools || settings.quirks.jsonSchema === false ? null : "any",
  body: ollamaBody,
  reader: (request) => new OllamaReader(contextTokens(request)),
};

/** A message as Ollama has it. */
export interface OllamaMessage {
  role: string;
  content: string;
  thinking?: string;
  tool_name?: string;
  tool_calls?: { function: { name: string; arguments: JsonObject } }[];
}

/** The request body. */
export interface OllamaBody {
  model: string;
  messages: OllamaMessage[];
  stream: boolean;
  options: { num_ctx: number; temperature?: number; num_predict?: number };
  tools?: { type: "function"; function: { name: string; description: string; parameters: JsonSchema } }[];
  format?: JsonSchema;
  think?: boolean | "low" | "medium" | "high";
  /** Without this, a request that does not fit loses its oldest messages silently. */
  truncate?: false;
}

/** Writes the request body; checked in tests against the SDK's own type. */
export function ollamaBody(request: WireRequest): OllamaBody {
  const system: OllamaMessage[] = request.system ? [{ role: "system", content: request.system }] : [];
  const body: OllamaBody = {
    model: request.modelId,
    messages: [...system, ...request.messages.flatMap(ollamaMessages)],
    stream: request.stream,
    options: { num_ctx: contextTokens(request) },
  };
  if (!request.refused.has("truncate")) body.truncate = false;
  if (request.temperature !== undefined) body.options.temperature = request.temperature;
  if (request.maxTokens !== undefined) body.options.num_predict = request.maxTokens;
  if (request.schema) body.format = request.schema;
  if (request.effort) body.think = thinkFor(request);
  // There is no tool_choice: a model that may call none is shown none.
  if (request.tools.length > 0 && !request.toolChoice) {
    body.tools = request.tools.map(({ name, description, schema }) => ({
      type: "function",
      function: { name, description, parameters: schema },
    }));
  }
  return body;
}

/** In powers of two, so that calls of similar size find the model loaded as they need it. */
export function contextTokens(request: WireRequest): number {
  const output = Math.min(request.maxTokens ?? OUTPUT_ROOM, request.expectedTokens ?? 4 * OUTPUT_ROOM);
  const wanted = upperTokens(promptText(request)) + 16 * (request.messages.length + 2) + output;
  const step = 2 ** Math.ceil(Math.log2(wanted));
  return Math.min(LARGEST_CONTEXT, Math.max(LEAST_CONTEXT, step));
}

/** gpt-oss takes levels; other models think or do not. */
function thinkFor({ effort, modelId }: WireRequest): boolean | "low" | "medium" | "high" {
  if (!/gpt-oss/.test(modelId)) return effort !== "low";
  return effort === "low" || effort === "medium" ? effort : "high";
}

function ollamaMessages(message: Message): OllamaMessage[] {
  if (message.role === "user") return [{ role: "user", content: message.content }];
  if (message.role === "tool") {
    return message.results.map(({ name, content, isError }) => ({
      role: "tool",
      tool_name: name,
      content: isError && !/^error/i.test(content) ? `Error: ${content}` : content,
    }));
  }
  const wire = wireOf(message, "ollama-chat");
  if (isJsonObject(wire)) return [wire as JsonObject & OllamaMessage];
  const tool_calls = (message.toolCalls ?? []).map(({ name, input }) => ({
    function: { name, arguments: isJsonObject(input) ? input : { input } },
  }));
  return [{ role: "assistant", content: message.content, ...(tool_calls.length > 0 && { tool_calls }) }];
}

class OllamaReader implements AnswerReader {
  readonly #contextTokens: number;
  #text = "";
  #thinking = "";
  readonly #calls: JsonObject[] = [];
  #last: JsonObject | null = null;

  constructor(contextTokens: number) {
    this.#contextTokens = contextTokens;
  }

  event(event: JsonObject): ReadState {
    if (isJsonObject(event.message)) this.#add(event.message);
    if (event.done !== true) return "open";
    this.#last = event;
    return "ended";
  }

  document(answer: JsonObject): void {
    this.event(answer);
  }

  /** `prompt_eval_count` is absent when the prompt was still in the cache. */
  usage(): TokenUsage | null {
    const last = this.#last;
    if (!last || typeof last.prompt_eval_count !== "number" || typeof last.eval_count !== "number") return null;
    const { prompt_eval_count, eval_count } = last;
    if (!isSoundUsage({ prompt_eval_count, eval_count })) return null;
    return { ...noUsage(), inputTokens: count(last.prompt_eval_count), outputTokens: count(last.eval_count) };
  }

  answer(): Answer {
    const toolCalls = this.#calls.map((call): ToolCall => {
      const called = isJsonObject(call.function) ? call.function : {};
      const input = typeof called.arguments === "string" ? parsedInput(called.arguments) : called.arguments ?? {};
      return {
        id: typeof call.id === "string" && call.id ? call.id : newCallId(),
        name: String(called.name ?? ""),
        input,
      };
    });
    const answer: Answer = {
      text: this.#text,
      toolCalls,
      finishReason: this.#finishReason(toolCalls.length > 0),
      usage: this.usage(),
    };
    if (toolCalls.length > 0) {
      const message: JsonObject = { role: "assistant", content: this.#text, tool_calls: this.#calls };
      if (this.#thinking) message.thinking = this.#thinking;
      answer.wire = { api: "ollama-chat", message };
    }
    return answer;
  }

  #add(message: JsonObject): void {
    if (typeof message.content === "string") this.#text += message.content;
    if (typeof message.thinking === "string") this.#thinking += message.thinking;
    if (Array.isArray(message.tool_calls)) this.#calls.push(...message.tool_calls.filter(isJsonObject));
  }

  /** A prompt that fills the whole context was cut by a server that does not know `truncate`. */
  #finishReason(hasCalls: boolean): Answer["finishReason"] {
    if ((this.usage()?.inputTokens ?? 0) >= this.#contextTokens - 1) return "overflow";
    if (hasCalls) return "tool_calls";
    if (this.#last?.done_reason === "length") return "length";
    return this.#last?.done_reason === "stop" || this.#last?.done_reason === undefined ? "stop" : "other";
  }
}
