// OpenAI Responses: POST {base}/responses, answered by named events that end in the whole response.
import type { Effort } from "../agent.ts";
import { isJsonObject, type Json, type JsonObject, type JsonSchema } from "../json.ts";
import { type Message, noUsage, type TokenUsage, type ToolCall } from "../provider.ts";
import { isReasoningModel } from "./openai_model.ts";
import { isSoundUsage } from "./reported_usage.ts";
import { count, jsonArguments, newCallId, parsedInput, place, sendableArguments, wireOf } from "./wire_value.ts";
import type { Answer, AnswerReader, ReadState, WireFormat, WireRequest } from "./wire_format.ts";

/** The wire format of OpenAI's Responses. */
export const openaiResponses: WireFormat = {
  framing: "sse",
  isAnswer: ({ output }) => Array.isArray(output),
  url: (settings) => `${settings.baseUrl}/responses`,
  schemaMode: ({ settings }) => settings.quirks.jsonSchema === false ? null : "openai",
  body: responsesBody,
  reader: () => new ResponsesReader(),
};

/** An item of the conversation. */
export type InputItem =
  | { role: "user" | "assistant"; content: string }
  | { type: "function_call"; call_id: string; name: string; arguments: string }
  | { type: "function_call_output"; call_id: string; output: string };

/** The request body. */
export interface ResponsesBody {
  model: string;
  input: InputItem[];
  stream: boolean;
  /** Nothing is kept at the provider: every turn sends all items again. */
  store: false;
  include?: "reasoning.encrypted_content"[];
  instructions?: string;
  tools?: { type: "function"; name: string; description: string; parameters: JsonSchema; strict: false }[];
  tool_choice?: "none";
  text?: { format: { type: "json_schema"; name: string; schema: JsonSchema; strict: true } };
  max_output_tokens?: number;
  temperature?: number;
  reasoning?: { effort: Effort };
}

/** Writes the request body; checked in tests against the SDK's own type. */
export function responsesBody(request: WireRequest): ResponsesBody {
  const reasoning = isReasoningModel(request.modelId, request.settings);
  const body: ResponsesBody = {
    model: request.modelId,
    input: request.messages.flatMap(inputItems),
    stream: request.stream,
    store: false,
  };
  if (reasoning && !request.refused.has("encrypted")) body.include = ["reasoning.encrypted_content"];
  if (request.system) body.instructions = request.system;
  if (request.tools.length > 0) {
    body.tools = request.tools.map(({ name, description, schema }) => ({
      type: "function",
      name,
      description,
      parameters: schema,
      strict: false,
    }));
  }
  if (request.toolChoice) body.tool_choice = request.toolChoice;
  if (request.schema) {
    body.text = { format: { type: "json_schema", name: "answer", schema: request.schema, strict: true } };
  }
  if (request.maxTokens !== undefined) body.max_output_tokens = Math.max(16, request.maxTokens);
  if (request.temperature !== undefined && !reasoning) body.temperature = request.temperature;
  if (request.effort && reasoning) body.reasoning = { effort: request.effort };
  return body;
}

function inputItems(message: Message): InputItem[] {
  if (message.role === "user") return [{ role: "user", content: message.content }];
  if (message.role === "tool") {
    return message.results.map(({ id, content, isError }) => ({
      type: "function_call_output",
      call_id: id,
      output: isError && !/^error/i.test(content) ? `Error: ${content}` : content,
    }));
  }
  const wire = wireOf(message, "openai-responses");
  if (Array.isArray(wire)) return (wire as (JsonObject & InputItem)[]).map(withJsonArguments);
  const text: InputItem[] = message.content ? [{ role: "assistant", content: message.content }] : [];
  const calls = (message.toolCalls ?? []).map(({ id, name, input }): InputItem => ({
    type: "function_call",
    call_id: id,
    name,
    arguments: jsonArguments(input),
  }));
  return [...text, ...calls];
}

/** Arguments that are no JSON would be refused, even the model's own. */
function withJsonArguments(item: JsonObject & InputItem): InputItem {
  if (item.type !== "function_call") return item;
  return { ...item, arguments: sendableArguments(String(item.arguments)) };
}

class ResponsesReader implements AnswerReader {
  /** Finished output items by their place. */
  readonly #items: JsonObject[] = [];
  #deltas = "";
  #response: JsonObject = {};

  event(event: JsonObject): ReadState {
    switch (event.type) {
      case "response.output_item.done":
        if (isJsonObject(event.item)) this.#items[place(event.output_index)] = event.item;
        break;
      case "response.output_text.delta":
        this.#deltas += String(event.delta ?? "");
        break;
      case "response.completed":
      case "response.incomplete":
        if (isJsonObject(event.response)) this.#response = event.response;
        return "ended";
    }
    return "open";
  }

  document(answer: JsonObject): void {
    this.#response = answer;
  }

  usage(): TokenUsage | null {
    const { usage } = this.#response;
    return isJsonObject(usage) && isSoundUsage(usage) ? responsesUsage(usage) : null;
  }

  answer(): Answer {
    const whole = Array.isArray(this.#response.output) ? this.#response.output.filter(isJsonObject) : [];
    const items = whole.length > 0 ? whole : this.#items.filter(isJsonObject);
    const parts = items.filter((item) => item.type === "message").flatMap((item) =>
      item.content as Json[] | undefined ?? []
    );
    const text = parts.map((part) => partText(part, "output_text", "text")).join("");
    const refusal = parts.map((part) => partText(part, "refusal", "refusal")).join("");
    const toolCalls = items.filter((item) => item.type === "function_call").map((item): ToolCall => ({
      id: String(item.call_id ?? item.id ?? newCallId()),
      name: String(item.name),
      input: parsedInput(String(item.arguments ?? "")),
    }));
    const answer: Answer = {
      text: text || refusal || (items.length === 0 ? this.#deltas : ""),
      toolCalls,
      finishReason: refusal ? "refusal" : this.#finishReason(toolCalls.length > 0),
      usage: this.usage(),
    };
    if (items.some((item) => item.type !== "message")) answer.wire = { api: "openai-responses", message: items };
    if (answer.finishReason === "interrupted") answer.stopWord = String(this.#response.status);
    return answer;
  }

  #finishReason(hasCalls: boolean): Answer["finishReason"] {
    const details = this.#response.incomplete_details;
    const reason = isJsonObject(details) ? details.reason : undefined;
    if (reason === "content_filter") return "refusal";
    if (reason === "max_output_tokens") return "length";
    const { status } = this.#response;
    if (status === "incomplete") return "other";
    if (status === "cancelled" || status === "in_progress" || status === "queued") return "interrupted";
    return hasCalls ? "tool_calls" : "stop";
  }
}

function partText(part: Json, type: string, member: string): string {
  return isJsonObject(part) && part.type === type ? String(part[member] ?? "") : "";
}

function responsesUsage(usage: JsonObject): TokenUsage {
  const input = isJsonObject(usage.input_tokens_details) ? usage.input_tokens_details : {};
  const output = isJsonObject(usage.output_tokens_details) ? usage.output_tokens_details : {};
  return {
    ...noUsage(),
    inputTokens: count(usage.input_tokens),
    outputTokens: count(usage.output_tokens),
    cacheReadTokens: count(input.cached_tokens),
    cacheWriteTokens: count(input.cache_write_tokens),
    reasoningTokens: count(output.reasoning_tokens),
  };
}
