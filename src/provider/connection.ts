// A provider that is reached over HTTP: what it was found to refuse, and the turns that make one answer.
import type { ProviderApi, ProviderSettings } from "../config.ts";
import type { Network } from "../lib/outgoing.ts";
import {
  addUsage,
  type FinishReason,
  type GenerateOptions,
  type GenerateRequest,
  type GenerateResult,
  noUsage,
  ProviderError,
  type TokenUsage,
  type ToolSpec,
} from "../provider.ts";
import { anthropicMessages } from "./anthropic_messages.ts";
import { estimatedRoom, namedRoom } from "./context_room.ts";
import { contextWindow } from "./context_windows.ts";
import { estimateTokens, promptText } from "./estimate.ts";
import { exchange, requestHeaders } from "./exchange.ts";
import { newHttpShared } from "./http_call.ts";
import { LARGEST_CONTEXT, ollamaChat } from "./ollama_chat.ts";
import { openaiChat } from "./openai_chat.ts";
import { openaiResponses } from "./openai_responses.ts";
import { type OutputPlan, planOutput } from "./output_plan.ts";
import { mcpSampling } from "./mcp_sampling.ts";
import { namedMaxTokens, refusedFeature } from "./refused_feature.ts";
import { ToolTexts } from "./tool_texts.ts";
import type { Answer, Feature, WireFormat, WireRequest } from "./wire_format.ts";

const NO_TOOLS: ToolSpec[] = [];
/** Turns that a provider may pause one answer for. */
const MAX_PAUSES = 8;
/** Different things that one call may leave out after refusals. */
const MAX_ADAPTATIONS = 5;

const FORMATS: Record<Exclude<ProviderApi, "simulated">, WireFormat> = {
  "anthropic-messages": anthropicMessages,
  "openai-chat": openaiChat,
  "openai-responses": openaiResponses,
  "ollama-chat": ollamaChat,
  "mcp-sampling": mcpSampling,
};

/** What a model was found to refuse, kept as long as the connection. */
interface Known {
  /** Replaced, never changed: calls under way compare with what they sent themselves. */
  refused: ReadonlySet<Feature>;
  maxTokens: number;
  /** Of a server that refuses what input and output limit exceed together. */
  contextTokens: number;
}

/** What the next try sends. */
interface Try {
  refused: ReadonlySet<Feature>;
  maxTokens: number;
}

/** Generates over one provider; remembers for its lifetime what each model refused. */
export class Connection {
  readonly settings: ProviderSettings;
  readonly #format: WireFormat;
  readonly #headers: Record<string, string>;
  readonly #known = new Map<string, Known>();
  readonly #toolTexts = new ToolTexts();
  readonly #shared;

  /** `network`: default direct. */
  constructor(settings: ProviderSettings & { api: Exclude<ProviderApi, "simulated"> }, network?: Network) {
    this.settings = settings;
    this.#shared = newHttpShared(network);
    this.#format = FORMATS[settings.api];
    this.#headers = requestHeaders(settings);
  }

  async generate(modelId: string, request: GenerateRequest, options: GenerateOptions): Promise<GenerateResult> {
    let asked = request;
    let text = "";
    let usage = noUsage();
    for (let pauses = 0;; pauses++) {
      const { answer, plan } = await this.#ask(modelId, asked, options);
      text += answer.text;
      usage = addUsage(usage, answer.usage ?? estimatedUsage(asked, answer));
      if (answer.finishReason === "overflow") throw this.#overflow(modelId, usage);
      if (answer.finishReason === "interrupted") throw this.#interrupted(answer, usage);
      if (answer.finishReason !== "paused" || pauses === MAX_PAUSES) {
        const { finishReason } = answer;
        return result({ ...answer, finishReason: finishReason === "paused" ? "other" : finishReason }, {
          text: plan ? plan.restore(text) : text,
          usage,
        });
      }
      const paused = { role: "assistant" as const, content: answer.text, ...(answer.wire && { wire: answer.wire }) };
      asked = { ...asked, messages: [...asked.messages, paused] };
    }
  }

  /** As a refusal told it, else as the vendor says; undefined: unknown. */
  contextTokens(modelId: string): number | undefined {
    const learnt = this.#known.get(modelId)?.contextTokens ?? Infinity;
    if (learnt !== Infinity) return learnt;
    return this.settings.api === "ollama-chat" ? LARGEST_CONTEXT : contextWindow(modelId);
  }

  /** Sends again without what a 400 names, each thing once, and remembers it for the model's next calls. */
  async #ask(
    modelId: string,
    request: GenerateRequest,
    options: GenerateOptions,
  ): Promise<{ answer: Answer; plan: OutputPlan | undefined }> {
    const known = this.#knownOf(modelId);
    let sent: Try = { refused: known.refused, maxTokens: firstLimit(request, known) };
    for (let adaptations = 0;; adaptations++) {
      const { plan, wire, body } = this.#written(modelId, request, sent);
      try {
        const estimate = (answer: Answer) => estimatedUsage(request, answer);
        const sending = { ...options, headers: this.#headers, body, shared: this.#shared, estimate };
        return { answer: await exchange(this.#format, wire, sending), plan };
      } catch (error) {
        const next = adaptations < MAX_ADAPTATIONS ? this.#adapt(error, { request, known, sent, body, modelId }) : null;
        if (!next) throw error;
        sent = next;
      }
    }
  }

  #written(modelId: string, request: GenerateRequest, { refused, maxTokens }: Try): Written {
    const plan = this.#plan(request, refused);
    const tools = request.tools ?? NO_TOOLS;
    const toolChars = this.#toolTexts.charsOf(tools);
    const wire = wireRequest(request, {
      ...{ settings: this.settings, modelId, refused, plan, maxTokens },
      ...{ tools, toolChars },
    });
    return { plan, wire, body: this.#toolTexts.write(this.#format.body(wire), tools) };
  }

  #plan(request: GenerateRequest, refused: ReadonlySet<Feature>): OutputPlan | undefined {
    if (!request.schema) return undefined;
    const hasTools = (request.tools?.length ?? 0) > 0 && request.toolChoice !== "none";
    const mode = refused.has("schema") ? null : this.#format.schemaMode({ settings: this.settings, hasTools });
    return planOutput(request.schema, mode);
  }

  /** The next try, or null when the refusal is about something that this request could not do without. */
  #adapt(error: unknown, tried: Tried): Try | null {
    if (!(error instanceof ProviderError)) return null;
    const { known, sent, request } = tried;
    const limit = lowerLimit(error, known);
    if (limit !== undefined && limit < sent.maxTokens) return this.#ifOther(tried, { ...sent, maxTokens: limit });
    const found = refusedFeature(error, (request.tools?.length ?? 0) > 0);
    if (!found || sent.refused.has(found.feature)) return null;
    const next = this.#ifOther(tried, { ...sent, refused: new Set([...sent.refused, found.feature]) });
    if (next && !found.onlyHere) known.refused = new Set([...known.refused, found.feature]);
    return next;
  }

  /** Null when the request does not change by it: a refusal may name a thing that was never sent. */
  #ifOther({ request, modelId, body }: Tried, next: Try): Try | null {
    return this.#written(modelId, request, next).body === body ? null : next;
  }

  #knownOf(modelId: string): Known {
    const known = this.#known.get(modelId) ?? newlyKnown();
    if (!this.#known.has(modelId)) this.#known.set(modelId, known);
    return known;
  }

  #interrupted({ stopWord = "for no reason" }: Answer, usage: TokenUsage): ProviderError {
    return new ProviderError(`${this.settings.name} broke its answer off (${stopWord})`, {
      code: "service_unavailable",
      provider: this.settings.name,
      status: 200,
      retryable: true,
      usage,
    });
  }

  #overflow(modelId: string, usage: TokenUsage): ProviderError {
    const what = `${this.settings.name} filled the whole context of ${modelId}`;
    return new ProviderError(`${what}; shorten the prompt or choose a model with a larger context`, {
      code: "context_overflow",
      provider: this.settings.name,
      status: 200,
      retryable: false,
      usage,
    });
  }
}

interface Tried {
  request: GenerateRequest;
  modelId: string;
  known: Known;
  sent: Try;
  body: string;
}

interface Written {
  plan: OutputPlan | undefined;
  wire: WireRequest;
  body: string;
}

function newlyKnown(): Known {
  return { refused: new Set(), maxTokens: Infinity, contextTokens: Infinity };
}

function firstLimit(request: GenerateRequest, { maxTokens, contextTokens }: Known): number {
  return contextTokens === Infinity ? maxTokens : Math.min(maxTokens, estimatedRoom(request, contextTokens));
}

/** The limit of output that a refusal names: one of the model holds for all its calls, one of its context for this one. */
function lowerLimit(error: ProviderError, known: Known): number | undefined {
  const room = namedRoom(error);
  if (room) {
    known.contextTokens = room.contextTokens;
    return room.contextTokens - room.inputTokens;
  }
  const limit = namedMaxTokens(error);
  if (limit !== undefined) known.maxTokens = Math.min(limit, known.maxTokens);
  return limit;
}

interface WireContext {
  settings: ProviderSettings;
  modelId: string;
  refused: ReadonlySet<Feature>;
  plan: OutputPlan | undefined;
  /** The model's known limit. */
  maxTokens: number;
  tools: ToolSpec[];
  toolChars: number;
}

function wireRequest(request: GenerateRequest, context: WireContext): WireRequest {
  const { refused, plan, maxTokens, tools, toolChars } = context;
  const system = [request.system, plan?.instruction].filter(Boolean).join("\n\n");
  const limited = Math.min(request.maxTokens ?? Infinity, maxTokens);
  return {
    settings: context.settings,
    modelId: context.modelId,
    system: system || undefined,
    messages: request.messages,
    tools,
    toolChars,
    toolChoice: tools.length > 0 && !refused.has("toolChoice") ? request.toolChoice : undefined,
    schema: plan?.schema,
    maxTokens: Number.isFinite(limited) ? limited : undefined,
    expectedTokens: request.expectedTokens,
    temperature: refused.has("temperature") ? undefined : request.temperature,
    effort: refused.has("effort") ? undefined : request.effort,
    stream: !refused.has("stream"),
    refused,
  };
}

function estimatedUsage(request: GenerateRequest, answer: Answer): TokenUsage {
  const output = answer.text + (answer.toolCalls.length > 0 ? JSON.stringify(answer.toolCalls) : "");
  return {
    ...noUsage(),
    inputTokens: estimateTokens(promptText(request)),
    outputTokens: estimateTokens(output),
  };
}

function result(
  answer: Answer & { finishReason: FinishReason },
  whole: { text: string; usage: TokenUsage },
): GenerateResult {
  const { toolCalls, finishReason, wire, rateResetAt } = answer;
  const usageReported = answer.usage !== null;
  return {
    ...whole,
    ...{ toolCalls, finishReason, usageReported },
    ...(wire !== undefined && { wire }),
    ...(rateResetAt !== undefined && { rateResetAt }),
  };
}
