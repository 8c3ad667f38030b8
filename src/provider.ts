// The contract of a model provider: one request in the field's terms, one answer, one error.
import { addCounts } from "./lib/counts.ts";
import type { Effort } from "./agent.ts";
import { type ErrorCode, OdwError } from "./errors.ts";
import type { Json, JsonSchema } from "./json.ts";

export interface TokenUsage {
  /** All input tokens, those read from or written to a cache included. */
  inputTokens: number;
  /** All output tokens, reasoning included. */
  outputTokens: number;
  cacheReadTokens: number;
  cacheWriteTokens: number;
  reasoningTokens: number;
}

export interface ToolCall {
  id: string;
  name: string;
  /** Parsed arguments; a text where the model's arguments were not JSON. */
  input: Json;
}

export type Message =
  | { role: "user"; content: string }
  /** `wire`: the provider's own form of this message, handed back unread to the same provider. */
  | { role: "assistant"; content: string; toolCalls?: ToolCall[]; wire?: Json }
  | { role: "tool"; results: { id: string; name: string; content: string; isError?: boolean }[] };

export interface ToolSpec {
  name: string;
  description: string;
  schema: JsonSchema;
}

export interface GenerateRequest {
  /** `provider/model-id` as the router resolved it; the model id goes out verbatim. */
  model: string;
  system?: string;
  messages: Message[];
  tools?: ToolSpec[];
  /** "none": no tool may be called, although calls are in the conversation; absent: the model decides. */
  toolChoice?: "none";
  /** The wanted shape: by the provider's schema mode where it fits, else by an instruction. Never trusted: the caller validates. */
  schema?: JsonSchema;
  maxTokens?: number;
  /** How much of `maxTokens` to make room for where room costs memory (Ollama's num_ctx); absent: all of it. */
  expectedTokens?: number;
  temperature?: number;
  effort?: Effort;
}

export type FinishReason = "stop" | "length" | "tool_calls" | "refusal" | "other";

export interface GenerateResult {
  text: string;
  toolCalls: ToolCall[];
  finishReason: FinishReason;
  usage: TokenUsage;
  /** False when the server sent no usage and the numbers are an estimate from the texts' lengths. */
  usageReported: boolean;
  /** Milliseconds since the epoch at which a used-up rate window opens again; absent: something is left of it. */
  rateResetAt?: number;
  /** See Message.wire. */
  wire?: Json;
}

export interface GenerateOptions {
  signal: AbortSignal;
  /** No byte for this long ends the call with code `stalled`; 0 switches it off. */
  stallMs: number;
}

/** Where a model id leads. */
export interface Route {
  provider: string;
  /** What goes out on the wire. */
  modelId: string;
  /** The queue lane: one per provider. */
  lane: string;
  /** Permits of that lane. */
  concurrency: number;
  /** False: its models take no tools. Absent: they do. */
  tools?: false;
}

export interface ModelInfo {
  /** `provider/model-id`. */
  id: string;
  contextTokens?: number;
  /** USD per million tokens; null: unknown. */
  price: Price | null;
}

/** USD per million tokens. */
export interface Price {
  input: number;
  output: number;
  cacheRead?: number;
  cacheWrite?: number;
}

export interface ProviderModels {
  provider: string;
  models: ModelInfo[];
  /** Why nothing could be listed. */
  error?: string;
}

/** All configured providers behind one door. */
export interface Provider {
  /** Where `model` (an ID, an alias, or none for the default) leads. Throws OdwError `config` naming the setting that mends it. */
  route(model?: string): Route;
  /** One request, one answer; no retries. Throws ProviderError, and nothing else but the signal's reason. */
  generate(request: GenerateRequest, options: GenerateOptions): Promise<GenerateResult>;
  /** Cost of a usage, or null when the model's price is unknown. Local and simulated models cost 0. `model` as in GenerateRequest. */
  cost(model: string, usage: TokenUsage): number | null;
  /** How much a model takes in and gives back in one request, where that is known without asking; undefined: unknown. `model` as in GenerateRequest. */
  contextTokens?(model: string): number | undefined;
  /** What the configured providers offer, asked live. */
  models(signal: AbortSignal): Promise<ProviderModels[]>;
}

/** A server that asks for a longer wait before the next attempt is not waited for: nothing can be had from it for now. */
export const LONGEST_WAIT_MS = 600_000;

export interface ProviderFailure {
  code: ErrorCode;
  provider: string;
  /** HTTP status; 0 when none came. */
  status: number;
  retryable: boolean;
  /** What the server asked to wait, in milliseconds; absent: the caller's own backoff. */
  retryAfterMs?: number;
  /** ISO time at which an exhausted quota comes back, where the provider said so. */
  resetAt?: string;
  /** No other call can fare better for now: the provider takes none until it may be back. */
  closes?: true;
  /** Tokens that were billed although the call failed. */
  usage?: TokenUsage;
  cause?: unknown;
}

/** The one error of every adapter. Never holds a key. */
export class ProviderError extends OdwError {
  readonly provider: string;
  readonly status: number;
  readonly retryable: boolean;
  readonly retryAfterMs: number | undefined;
  readonly resetAt: string | undefined;
  readonly closes: boolean;
  readonly usage: TokenUsage | undefined;

  constructor(message: string, failure: ProviderFailure) {
    super(failure.code, message, { cause: failure.cause, name: "ProviderError" });
    this.provider = failure.provider;
    this.status = failure.status;
    this.retryable = failure.retryable;
    this.retryAfterMs = failure.retryAfterMs;
    this.resetAt = failure.resetAt;
    this.closes = failure.closes ?? false;
    this.usage = failure.usage;
  }
}

export function noUsage(): TokenUsage {
  return { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0, reasoningTokens: 0 };
}

export function addUsage(a: TokenUsage, b: TokenUsage): TokenUsage {
  return {
    inputTokens: addCounts(a.inputTokens, b.inputTokens),
    outputTokens: addCounts(a.outputTokens, b.outputTokens),
    cacheReadTokens: addCounts(a.cacheReadTokens, b.cacheReadTokens),
    cacheWriteTokens: addCounts(a.cacheWriteTokens, b.cacheWriteTokens),
    reasoningTokens: addCounts(a.reasoningTokens, b.reasoningTokens),
  };
}
