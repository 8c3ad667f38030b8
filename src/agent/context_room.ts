// Keeps a conversation inside the model's context: before it overflows where its size is known, and once after it did.
import type { AgentWork } from "../agent.ts";
import { type GenerateRequest, type GenerateResult, type Message, ProviderError } from "../provider.ts";
import { compact, estimatedTokens } from "./compaction.ts";
import type { Answer } from "./turns.ts";

export interface ContextRoomOptions {
  generate: (request: GenerateRequest) => Promise<GenerateResult>;
  /** Of the model; undefined: unknown. */
  contextTokens: number | undefined;
  onCompacted: AgentWork["onCompacted"];
}

/** Of the context: what a conversation may fill, and what is left of it then. Rarely and much, because each time the provider's cache is lost. */
const FULL = 0.85;
const AFTERWARDS = 0.5;

export class ContextRoom {
  readonly #options: ContextRoomOptions;
  /** What the last answer was told to have had before it, and how many messages that were. */
  #known: { tokens: number; messages: number } | null = null;

  constructor(options: ContextRoomOptions) {
    this.#options = options;
  }

  /** An overflow is healed once; the next one of the same request is thrown as it is. */
  async generate(request: GenerateRequest): Promise<Answer> {
    const { generate } = this.#options;
    const fitting = this.#fit(request);
    try {
      return this.#answered(fitting, await generate(fitting));
    } catch (thrown) {
      if (!(thrown instanceof ProviderError) || thrown.code !== "context_overflow") throw thrown;
      const messages = this.#compacted(fitting, AFTERWARDS * this.#size(fitting));
      if (!messages) throw thrown;
      const shorter = { ...fitting, messages };
      return this.#answered(shorter, await generate(shorter));
    }
  }

  #answered({ messages }: GenerateRequest, result: GenerateResult): Answer {
    const { inputTokens, outputTokens } = result.usage;
    this.#known = { tokens: inputTokens + outputTokens, messages: messages.length + 1 };
    return { result, messages };
  }

  #fit(request: GenerateRequest): GenerateRequest {
    const { contextTokens } = this.#options;
    if (contextTokens === undefined || this.#size(request) < FULL * contextTokens) return request;
    const messages = this.#compacted(request, AFTERWARDS * contextTokens);
    return messages ? { ...request, messages } : request;
  }

  #compacted(request: GenerateRequest, toTokens: number): Message[] | null {
    const compacted = compact(request.messages, { fromTokens: this.#size(request), toTokens: Math.floor(toTokens) });
    if (!compacted) return null;
    this.#known = null;
    this.#options.onCompacted({ fromTokens: compacted.fromTokens, toTokens: compacted.toTokens });
    return compacted.messages;
  }

  /** What was counted at the last answer, and an estimate of what came since; an estimate of all where that is more. */
  #size({ system, tools, messages }: GenerateRequest): number {
    const whole = estimatedTokens(system ?? "") + estimatedTokens(tools ?? "") + sum(messages);
    if (!this.#known) return whole;
    return Math.max(whole, this.#known.tokens + sum(messages.slice(this.#known.messages)));
  }
}

function sum(messages: Message[]): number {
  return messages.reduce((tokens, message) => tokens + sizeOf(message), 0);
}

function sizeOf(message: Message): number {
  if (message.role === "tool") return message.results.reduce((sum, { content }) => sum + estimatedTokens(content), 0);
  if (message.role === "user") return estimatedTokens(message.content);
  return estimatedTokens(message.wire ?? message.content) + estimatedTokens(message.toolCalls ?? "");
}
