// The token counts that a server reports: believed where they can be true, else unknown and estimated.
import { isJsonObject, type Json, type JsonObject } from "../json.ts";

/** No context of any model holds as many; more is a server's mistake. */
const MOST_TOKENS = 1_000_000_000;

/**
 * Whether every count in `usage` is a whole number from 0 to a bound. One that is not (a fraction, a negative, a text, 1e308) makes all of
 * them doubtful: they belong together.
 */
export function isSoundUsage(usage: JsonObject): boolean {
  return Object.entries(usage).every(([name, value]) =>
    isJsonObject(value) ? isSoundUsage(value) : isSound(name, value)
  );
}

function isSound(name: string, value: Json | undefined): boolean {
  if (value === null || value === undefined || !/tokens?$|eval_count$/.test(name)) return true;
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= MOST_TOKENS;
}
