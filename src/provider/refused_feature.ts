// Reads out of a refusal which part of the request the server does not understand.
import type { ProviderError } from "../provider.ts";
import type { Feature } from "./wire_format.ts";

/** What to leave out. */
export interface RefusedFeature {
  feature: Feature;
  /** The server refuses this one schema or combination, not the feature. */
  onlyHere: boolean;
}

/** In this order: the more telling name first. */
const NAMES: readonly [Feature, RegExp][] = [
  ["streamUsage", /stream_options|include_usage/i],
  ["encrypted", /encrypted_content|encrypted content|\binclude\b/i],
  ["toolChoice", /tool_choice/i],
  ["truncate", /\btruncate\b/i],
  ["cache", /cache_control/i],
  ["maxTokensField", /max_tokens|max_completion_tokens/i],
  ["systemRole", /developer/i],
  [
    "schema",
    /response_format|output_config\.format|output_format|text\.format|json_?schema|json mode|structured.?outputs?|grammar|invalid schema|\bformat\b/i,
  ],
  ["temperature", /temperature|sampling param/i],
  ["effort", /reasoning|effort|think/i],
  ["schema", /output_config|schema/i],
  ["stream", /\bstream(?:ing)?\b/i],
];

const ONE_SCHEMA = /invalid.{0,10}schema|schema.{0,60}(?:too complex|invalid|not permitted|not supported for)|grammar/i;

/** undefined: the refusal names nothing that the request could do without. */
export function refusedFeature(error: ProviderError, hasTools: boolean): RefusedFeature | undefined {
  if (error.code !== "bad_request" || (error.status !== 400 && error.status !== 422 && error.status !== 500)) {
    return undefined;
  }
  for (const [feature, names] of NAMES) {
    if (!names.test(error.message)) continue;
    return { feature, onlyHere: feature === "schema" && (hasTools || ONE_SCHEMA.test(error.message)) };
  }
  return undefined;
}

/** The limit that a model names when max_tokens is above it: `max_tokens: 16000 > 8192, which is the maximum …`. */
export function namedMaxTokens(error: ProviderError): number | undefined {
  if (error.code !== "bad_request") return undefined;
  const above = /max_(?:completion_|output_)?tokens\D{0,40}\d+\s*>\s*(\d+)/i.exec(error.message);
  const most =
    /max_(?:completion_|output_)?tokens.{0,80}?(?:at most|less than or equal to|supports at most|<=)\s*`?(\d+)/i;
  const limit = Number(above?.[1] ?? most.exec(error.message)?.[1] ?? 0);
  return limit > 0 ? limit : undefined;
}
