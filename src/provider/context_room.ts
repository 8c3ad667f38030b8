// How much a context leaves for the answer, where a server counts the limit of output as part of the request and refuses the sum.
import type { GenerateRequest, ProviderError } from "../provider.ts";
import { promptText, upperTokens } from "./estimate.ts";

/** What a refusal says of a model's context and of this request. */
export interface ContextRoom {
  contextTokens: number;
  inputTokens: number;
}

/** Less room than this is no answer: the prompt itself is too long. */
const LEAST_ROOM = 256;
/** Tokens that a chat template puts around the messages, uncounted by an estimate. */
const TEMPLATE_TOKENS = 64;

/** As vLLM, OpenAI and OpenRouter, Anthropic, and Hugging Face's servers put it. */
const SAID: readonly RegExp[] = [
  /maximum context length is (?<context>\d+) tokens and your request has (?<input>\d+) input tokens/i,
  /maximum context length is (?<context>\d+) tokens.{0,40}requested (?:about )?\d+ tokens \((?<input>\d+) (?:in|of) /i,
  /exceed context limit: (?<input>\d+) \+ \d+ > (?<context>\d+)/i,
  /max_new_tokens` must be <= (?<context>\d+). Given: (?<input>\d+) `inputs`/i,
];

/** undefined: the refusal speaks of something else, or the prompt alone fills the context. */
export function namedRoom(error: ProviderError): ContextRoom | undefined {
  if (error.code !== "context_overflow" && error.code !== "bad_request") return undefined;
  for (const said of SAID) {
    const { context, input } = said.exec(error.message)?.groups ?? {};
    if (context === undefined || input === undefined) continue;
    const room = { contextTokens: Number(context), inputTokens: Number(input) };
    return room.contextTokens - room.inputTokens < LEAST_ROOM ? undefined : room;
  }
  return undefined;
}

/** The most output that surely fits beside this request; Infinity when an estimate cannot say, so that the server does. */
export function estimatedRoom(request: GenerateRequest, contextTokens: number): number {
  const room = contextTokens - upperTokens(promptText(request)) - TEMPLATE_TOKENS;
  return room < LEAST_ROOM ? Infinity : room;
}
