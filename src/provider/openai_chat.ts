// OpenAI Chat Completions: POST {base}/chat/completions, the format of nearly every compatible server.
import { isJsonObject, type JsonObject, type JsonSchema } from "../json.ts";
import type { Message } from "../provider.ts";
import { ChatReader } from "./openai_chat_reader.ts";
import { isOpenAi, isReasoningModel } from "./openai_model.ts";
import { jsonArguments, sendableArguments, wireOf } from "./wire_value.ts";
import type { WireFormat, WireRequest } from "./wire_format.ts";

/** The wire format of OpenAI's Chat Completions and compatible servers. */
export const openaiChat: WireFormat = {
  framing: "sse",
  isAnswer: ({ choices }) => Array.isArray(choices) && isJsonObject(choices[0]),
  url: (settings) => `${settings.baseUrl}/chat/completions`,
  schemaMode({ settings }) {
    if (settings.quirks.jsonSchema === false) return null;
    return settings.quirks.schemaRules === "any" ? "any" : "openai";
  },
  body: chatBody,
  reader: () => new ChatReader(),
};

/** A tool call as it goes back to the server. */
export interface ChatToolCall {
  id: string;
  type: "function";
  function: { name: string; arguments: string };
}

type AssistantMessage = Extract<ChatMessage, { role: "assistant" }>;

/** A message as the server has it. */
export type ChatMessage =
  | { role: "system" | "developer" | "user"; content: string }
  | { role: "assistant"; content: string | null; tool_calls?: ChatToolCall[] }
  | { role: "tool"; tool_call_id: string; content: string };

/** The request body. */
export interface ChatBody {
  model: string;
  messages: ChatMessage[];
  stream: boolean;
  stream_options?: { include_usage: boolean };
  tools?: { type: "function"; function: { name: string; description: string; parameters: JsonSchema } }[];
  tool_choice?: "none";
  response_format?: { type: "json_schema"; json_schema: { name: string; schema: JsonSchema; strict: boolean } };
  max_tokens?: number;
  max_completion_tokens?: number;
  temperature?: number;
  reasoning_effort?: "low" | "medium" | "high" | "xhigh" | "max";
}

/** Writes the request body; checked in tests against the SDK's own type. */
export function chatBody(request: WireRequest): ChatBody {
  const reasoning = isReasoningModel(request.modelId, request.settings);
  const body: ChatBody = { model: request.modelId, messages: chatMessages(request, reasoning), stream: request.stream };
  const { quirks } = request.settings;
  if (request.stream && quirks.streamUsage !== false && !request.refused.has("streamUsage")) {
    body.stream_options = { include_usage: true };
  }
  if (request.tools.length > 0) {
    body.tools = request.tools.map(({ name, description, schema }) => ({
      type: "function",
      function: { name, description, parameters: schema },
    }));
  }
  if (request.toolChoice) body.tool_choice = request.toolChoice;
  if (request.schema) {
    const strict = quirks.schemaRules !== "any";
    body.response_format = { type: "json_schema", json_schema: { name: "answer", schema: request.schema, strict } };
  }
  if (request.maxTokens !== undefined) body[maxTokensField(request, reasoning)] = request.maxTokens;
  if (request.temperature !== undefined && !reasoning) body.temperature = request.temperature;
  if (request.effort) body.reasoning_effort = reasoningEffort(request);
  return body;
}

/** The other name is tried when a server refuses this one. */
function maxTokensField(request: WireRequest, reasoning: boolean): "max_tokens" | "max_completion_tokens" {
  const usual = request.settings.quirks.maxTokensField ?? (reasoning ? "max_completion_tokens" : "max_tokens");
  if (!request.refused.has("maxTokensField")) return usual;
  return usual === "max_tokens" ? "max_completion_tokens" : "max_tokens";
}

/** Compatible servers know three levels. */
function reasoningEffort({ effort, settings }: WireRequest): NonNullable<ChatBody["reasoning_effort"]> {
  if (effort === undefined) return "medium";
  return isOpenAi(settings) || effort === "low" || effort === "medium" ? effort : "high";
}

function chatMessages(request: WireRequest, reasoning: boolean): ChatMessage[] {
  const developer = request.settings.quirks.systemRole ?? (reasoning ? "developer" : "system");
  const role = request.refused.has("systemRole") ? "system" : developer;
  const system: ChatMessage[] = request.system ? [{ role, content: request.system }] : [];
  return [...system, ...request.messages.flatMap(chatMessage)];
}

function chatMessage(message: Message): ChatMessage[] {
  if (message.role === "user") return [{ role: "user", content: message.content }];
  if (message.role === "tool") {
    return message.results.map(({ id, content, isError }) => ({
      role: "tool",
      tool_call_id: id,
      content: isError && !/^error/i.test(content) ? `Error: ${content}` : content,
    }));
  }
  const wire = wireOf(message, "openai-chat");
  if (isJsonObject(wire)) return [withJsonArguments(wire as JsonObject & AssistantMessage)];
  const tool_calls = (message.toolCalls ?? []).map(({ id, name, input }): ChatToolCall => ({
    id,
    type: "function",
    function: { name, arguments: jsonArguments(input) },
  }));
  if (tool_calls.length === 0) return [{ role: "assistant", content: message.content }];
  return [{ role: "assistant", content: message.content || null, tool_calls }];
}

/** Many servers refuse a conversation in which arguments are no JSON, even their own model's. */
function withJsonArguments(message: AssistantMessage): AssistantMessage {
  if (!message.tool_calls) return message;
  const tool_calls = message.tool_calls.map((call) => ({
    ...call,
    function: { ...call.function, arguments: sendableArguments(String(call.function.arguments)) },
  }));
  return { ...message, tool_calls };
}
