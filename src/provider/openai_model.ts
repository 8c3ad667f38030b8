// What is known of OpenAI's own models by their ids, where the API does not tell it.
import type { ProviderSettings } from "../config.ts";

const REASONING = /^(?:o[1-9]|gpt-(?:[5-9]|[1-9]\d)|codex-)/;
const OPENAI_HOST = /\/\/(?:[^/]*\.)?(?:api\.openai\.com|openai\.azure\.com)(?:[:/]|$)/;

/** Refuses temperature, wants `developer` messages and `max_completion_tokens`. Compatible servers have no such models. */
export function isReasoningModel(modelId: string, settings: ProviderSettings): boolean {
  return REASONING.test(modelId) && isOpenAi(settings);
}

/** OpenAI itself, its models at Azure or behind a gateway that speaks Responses; not every server of the Chat format. */
export function isOpenAi(settings: ProviderSettings): boolean {
  return settings.api === "openai-responses" || OPENAI_HOST.test(settings.baseUrl);
}
