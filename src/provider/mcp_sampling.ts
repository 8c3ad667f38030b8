// MCP sampling/createMessage as a wire format: the bridge of `odw mcp` passes the body on to the host, and its stream ends with the reply.
// Specification: https://modelcontextprotocol.io/specification/2025-11-25/client/sampling
import type { ProviderSettings } from "../config.ts";
import { isJsonObject, type Json, type JsonObject, type JsonSchema } from "../json.ts";
import { type Message, ProviderError, type ProviderFailure, type ToolCall } from "../provider.ts";
import type { SamplingFailure } from "../sampling.ts";
import type { Answer, AnswerReader, ReadState, WireFormat, WireRequest } from "./wire_format.ts";
import { newCallId } from "./wire_value.ts";

/** The wire format of a coding agent that lends its model. It has no schema mode, and tells no usage. */
export const mcpSampling: WireFormat = {
  framing: "sse",
  isAnswer: () => true,
  url: (settings) => `${settings.baseUrl}/`,
  schemaMode: () => null,
  body: samplingBody,
  reader: ({ settings }) => new SamplingReader(settings),
};

interface TextBlock {
  type: "text";
  text: string;
}

type Block =
  | TextBlock
  | { type: "tool_use"; id: string; name: string; input: JsonObject }
  | { type: "tool_result"; toolUseId: string; content: TextBlock[]; isError?: boolean };

/** Hosts of earlier revisions read one block and no list. */
interface SamplingMessage {
  role: "user" | "assistant";
  content: Block | Block[];
}

/** Params of sampling/createMessage. */
export interface SamplingBody {
  messages: SamplingMessage[];
  systemPrompt?: string;
  maxTokens: number;
  temperature?: number;
  modelPreferences?: { hints?: { name: string }[]; intelligencePriority?: number; speedPriority?: number };
  tools?: { name: string; description: string; inputSchema: JsonSchema & { type: "object" } }[];
  toolChoice?: { mode: "none" };
}

/** Where the caller sets no limit; the protocol wants one. */
const MAX_TOKENS = 16_384;

/** Writes the params; checked in tests against the SDK's own type. */
export function samplingBody(request: WireRequest): SamplingBody {
  const { system, temperature, tools, settings } = request;
  const body: SamplingBody = {
    messages: request.messages.map(samplingMessage),
    maxTokens: request.maxTokens ?? MAX_TOKENS,
  };
  if (system !== undefined) body.systemPrompt = system;
  if (temperature !== undefined) body.temperature = temperature;
  const preferences = preferencesOf(request);
  if (Object.keys(preferences).length > 0) body.modelPreferences = preferences;
  // A call that came from another model as its fallback may bring tools that this host does not take.
  if (tools.length === 0 || settings.quirks.tools === false) return body;
  body.tools = tools.map(({ name, description, schema }) => ({
    name,
    description,
    inputSchema: { ...schema, type: "object" },
  }));
  if (request.toolChoice) body.toolChoice = { mode: "none" };
  return body;
}

/** A hint, no more: the host and its user choose the model. */
function preferencesOf({ modelId, effort }: WireRequest): NonNullable<SamplingBody["modelPreferences"]> {
  return {
    ...(modelId === "default" ? {} : { hints: [{ name: modelId }] }),
    ...(effort === "low" ? { speedPriority: 1 } : {}),
    ...(effort === "high" || effort === "xhigh" || effort === "max" ? { intelligencePriority: 1 } : {}),
  };
}

function samplingMessage(message: Message): SamplingMessage {
  if (message.role === "user") return { role: "user", content: textBlock(message.content) };
  if (message.role === "assistant") {
    const uses = (message.toolCalls ?? []).map(({ id, name, input }): Block => ({
      ...{ type: "tool_use", id, name },
      input: isJsonObject(input) ? input : { input },
    }));
    if (uses.length === 0) return { role: "assistant", content: textBlock(message.content) };
    return { role: "assistant", content: [...(message.content ? [textBlock(message.content)] : []), ...uses] };
  }
  const content = message.results.map(({ id, content, isError }): Block => ({
    ...{ type: "tool_result", toolUseId: id, content: [textBlock(content)] },
    ...(isError ? { isError } : {}),
  }));
  return { role: "user", content };
}

function textBlock(text: string): TextBlock {
  return { type: "text", text };
}

/** Reads the one reply. Its failures become the ProviderError that they mean. */
class SamplingReader implements AnswerReader {
  readonly #settings: ProviderSettings;
  #result: JsonObject | null = null;

  constructor(settings: ProviderSettings) {
    this.#settings = settings;
  }

  event(event: JsonObject): ReadState {
    if (isJsonObject(event.failure)) throw failureOfHost(event.failure as unknown as SamplingFailure, this.#settings);
    if (!isJsonObject(event.result)) return "open";
    this.#result = event.result;
    return "ended";
  }

  document(answer: JsonObject): void {
    this.event(answer);
  }

  usage(): null {
    return null;
  }

  answer(): Answer {
    const { content, stopReason } = this.#result ?? {};
    const blocks = (Array.isArray(content) ? content : [content]).filter(isJsonObject);
    const text = blocks.map((block) => block.type === "text" ? String(block.text) : "").join("");
    const toolCalls = blocks.filter(({ type }) => type === "tool_use").map(toolCallOf);
    if (text === "" && toolCalls.length === 0 && !blocks.some(({ type }) => type === "text")) {
      throw this.#noText(blocks);
    }
    return { text, toolCalls, finishReason: finishOf(stopReason, toolCalls.length > 0), usage: null };
  }

  #noText(blocks: JsonObject[]): ProviderError {
    const kinds = blocks.map(({ type }) => String(type)).join(", ") || "nothing";
    const text = `The coding agent's model answered ${kinds} where a text was asked for`;
    return new ProviderError(text, { ...baseOf(this.#settings), code: "bad_response", retryable: false });
  }
}

function toolCallOf({ id, name, input }: JsonObject): ToolCall {
  return { id: typeof id === "string" ? id : newCallId(), name: String(name), input: input ?? {} };
}

/** Hosts may name reasons of their own. */
function finishOf(reason: Json | undefined, hasCalls: boolean): Answer["finishReason"] {
  if (reason === "maxTokens") return "length";
  if (hasCalls) return "tool_calls";
  if (typeof reason === "string" && /refus|content.?filter/i.test(reason)) return "refusal";
  return reason === undefined || reason === "endTurn" || reason === "stopSequence" ? "stop" : "other";
}

/** What the host said instead of an answer. */
function failureOfHost({ kind, message }: SamplingFailure, settings: ProviderSettings): ProviderError {
  const base = baseOf(settings);
  switch (kind) {
    case "gone":
      return hostGone(message, settings);
    case "refused":
      return new ProviderError(`The coding agent's user did not let its model answer this agent: ${message}`, {
        ...{ ...base, code: "refusal", retryable: false },
      });
    case "invalid":
      return new ProviderError(`The coding agent does not take the request (MCP sampling): ${message}`, {
        ...{ ...base, code: "bad_request", retryable: false },
      });
    default:
      return new ProviderError(`The coding agent's model gave no answer (MCP sampling): ${message}`, {
        ...{ ...base, code: "service_unavailable", retryable: true },
      });
  }
}

/** The process that lent the model is gone, and nothing brings this very one back. */
export function hostGone(message: string, settings: ProviderSettings): ProviderError {
  const text = `The coding agent that lent its model is gone (${message}): go on from inside it with workflow_start ` +
    `{"resume": "<run id>"}, or with odw resume --model and another model`;
  return new ProviderError(text, { ...baseOf(settings), code: "service_unavailable", retryable: false, closes: true });
}

function baseOf({ name }: ProviderSettings): Pick<ProviderFailure, "provider" | "status"> {
  return { provider: name, status: 0 };
}
