// What the stop words of the Chat Completions format say, in the dialects of the servers that speak it.
import type { FinishReason } from "../provider.ts";

/** "interrupted": the server broke its own answer off, and another attempt may bring the whole. */
export type StopMeaning = FinishReason | "interrupted";

const MEANINGS: Record<StopMeaning, readonly string[]> = {
  // Some servers say nothing at all; Fireworks and TGI say how a model ended.
  stop: ["", "stop", "eos", "eos_token", "stop_sequence", "end_turn", "complete", "completed"],
  // Mistral's "model_length", Gemini's "MAX_TOKENS".
  length: ["length", "max_tokens", "model_length", "max_length", "max_output_tokens"],
  tool_calls: ["tool_calls", "function_call", "tool_use"],
  // Zhipu's "sensitive", Gemini's reasons in capitals.
  refusal: [
    ...["content_filter", "refusal", "safety", "sensitive", "recitation", "blocklist", "prohibited_content", "spii"],
    "content_filtered",
  ],
  // OpenRouter's "error", DeepSeek's "insufficient_system_resource", Zhipu's "network_error", SGLang's and vLLM's "abort".
  interrupted: [
    ...["error", "insufficient_system_resource", "network_error", "server_error", "abort", "aborted", "cancelled"],
    ...["canceled", "timeout", "engine_overloaded", "malformed_function_call"],
  ],
  other: [],
};

const BY_WORD = new Map(
  Object.entries(MEANINGS).flatMap(([meaning, words]) => words.map((word) => [word, meaning as StopMeaning])),
);

/** "other" for a word that nobody has documented. */
export function stopMeaning(word: string): StopMeaning {
  return BY_WORD.get(word.toLowerCase()) ?? "other";
}
