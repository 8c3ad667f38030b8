// The answer of an agent without a schema: the model's text, verbatim and whole.
import type { GenerateRequest, GenerateResult } from "../provider.ts";
import { failure, type Outcome, refused } from "./outcome.ts";
import type { RetryCause } from "./provider_calls.ts";
import type { Answer } from "./turns.ts";

export interface TextOptions {
  takeTurns: (request: GenerateRequest) => Promise<Answer>;
  /** Tells of a further attempt. */
  retry: (cause: RetryCause, waitMs: number) => Promise<void>;
  /** The script set `maxTokens` itself: a text that was cut there is what it asked for. */
  mayBeCut: boolean;
}

/**
 * An empty text is a legal answer. Only one for which the provider counted no output at all is asked for once more: a server that gave
 * nothing, not a model that had nothing to say. A text cut at the output limit is never passed off as whole.
 */
export async function textAnswer(request: GenerateRequest, options: TextOptions): Promise<Outcome> {
  let { result } = await options.takeTurns(request);
  if (isNothing(result)) {
    await options.retry({ code: "empty_answer", reason: "The provider answered nothing" }, 0);
    ({ result } = await options.takeTurns(request));
  }
  if (result.finishReason === "refusal") return refused(result);
  if (result.finishReason === "length" && !(options.mayBeCut && result.text !== "")) return cut(request, result);
  return { value: result.text };
}

function isNothing({ text, finishReason, usage }: GenerateResult): boolean {
  return text === "" && usage.outputTokens === 0 && finishReason !== "refusal" && finishReason !== "length";
}

function cut({ maxTokens }: GenerateRequest, { text }: GenerateResult): Outcome {
  const limit = maxTokens === undefined ? "the output limit" : `the output limit of ${maxTokens} tokens`;
  const kept = text === "" ? "before its first word" : `after ${text.length} characters`;
  return failure("max_tokens", `The answer was cut at ${limit}, ${kept}; raise maxTokens or ask for less`, text);
}
