// Which model an alias stands for when the user has not said so.
import type { ProviderSettings } from "../config.ts";

interface VendorModels {
  default: string;
  planning: string;
  fast: string;
  strongest: string;
}

/** In this order: the first vendor with a key at its own place gives the defaults. November 2026. */
const MODELS_OF_VENDORS: readonly [provider: string, models: VendorModels][] = [
  ["anthropic", {
    default: "claude-sonnet-5-5",
    planning: "claude-opus-5-5",
    fast: "claude-haiku-5-5",
    strongest: "claude-fable-5-2",
  }],
  ["openai", { default: "gpt-6.1-sol", planning: "gpt-6.1-sol", fast: "gpt-6-luna", strongest: "gpt-6-astra" }],
  ["google", {
    default: "gemini-3.8-flash",
    planning: "gemini-4-argon",
    fast: "gemini-3.8-flash",
    strongest: "gemini-4-argon",
  }],
];

/** Names that scripts use for the models of one vendor, by what they are good for. */
const SCRIPT_ALIASES: readonly [alias: string, role: keyof VendorModels][] = [
  ["haiku", "fast"],
  ["sonnet", "default"],
  ["opus", "planning"],
  ["fable", "strongest"],
];

/**
 * `given` (files), `chosen` (flag or environment: the default of this command) and built-in aliases in one. A default that the
 * user gave also stands for `planning` and `fast`; the names of one vendor's models mean that vendor where there is a key.
 */
export function resolveModels(
  given: Record<string, string>,
  chosen: string | undefined,
  providers: ProviderSettings[],
): Record<string, string> {
  const known = knownModels(providers);
  const models: Record<string, string> = { ...given };
  const main = given["default"] ?? known?.default ?? chosen;
  if (main === undefined) return models;
  const base: VendorModels = given["default"] === undefined && known ? known : same(main);
  for (const role of ["default", "planning", "fast"] as const) models[role] ??= base[role];
  for (const [alias, role] of SCRIPT_ALIASES) {
    const model = known?.[role] ?? models[role] ?? models["planning"]!;
    if (model !== alias) models[alias] ??= model;
  }
  if (chosen !== undefined && chosen !== "default") models["default"] = chosen;
  return models;
}

function knownModels(providers: ProviderSettings[]): VendorModels | undefined {
  return MODELS_OF_VENDORS.find(([name]) => providers.some((provider) => provider.name === name && isAtHome(provider)))
    ?.[1];
}

/** A compatible server in the vendor's place has other models. */
function isAtHome(provider: ProviderSettings): boolean {
  return provider.missingKey === null && (provider.name !== "openai" || provider.api === "openai-responses");
}

function same(model: string): VendorModels {
  return { default: model, planning: model, fast: model, strongest: model };
}
