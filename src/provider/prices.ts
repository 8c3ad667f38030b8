// What models cost, in USD per million tokens. Third-party data of 2026-11-10; `prices` in config.json overrides it.
import type { Price } from "../provider.ts";

/** A price that rises for requests with a long input. */
export interface TieredPrice extends Price {
  long?: { aboveInputTokens: number; input: number; output: number };
}

const CACHE_READ = 0.1;
const CACHE_WRITE = 1.25;

/** By provider, then by model id; an id with a date at its end is the same model. */
export const PRICES: Readonly<Record<string, Readonly<Record<string, TieredPrice>>>> = {
  anthropic: {
    "claude-fable-5-2": claude(8, 40),
    "claude-opus-5-5": claude(4, 20, 0.05),
    "claude-opus-5": claude(5, 25),
    "claude-opus-4-8": claude(5, 25),
    "claude-opus-4-7": claude(5, 25),
    "claude-opus-4-6": claude(5, 25),
    "claude-sonnet-5-5": claude(2, 10, 0.05),
    "claude-sonnet-5": claude(2, 10),
    "claude-sonnet-4-6": claude(3, 15),
    "claude-haiku-5-5": { ...claude(0.1, 0.5), long: { aboveInputTokens: 100_000, input: 0.5, output: 2.5 } },
    "claude-haiku-4-5": claude(1, 5),
  },
  openai: {
    "gpt-6-astra": longContext(10, 50),
    "gpt-6.1-sol": longContext(2, 10),
    "gpt-6.1-terra": longContext(1, 5),
    "gpt-6-sol": longContext(2, 10),
    "gpt-6-luna": longContext(0.1, 0.5),
    "gpt-5.5": longContext(5, 30),
    "gpt-5.4": longContext(2.5, 15),
    "gpt-5.4-mini": longContext(0.75, 4.5),
    "gpt-5.4-nano": longContext(0.2, 1.25),
    "gpt-5-mini": flat(0.25, 2),
    "gpt-4.1": flat(2, 8),
    "gpt-4o": flat(2.5, 10),
    "o3": flat(2, 8),
    "o4-mini": flat(1.1, 4.4),
  },
  google: {
    "gemini-4-argon": flat(2, 10),
    "gemini-3.8-flash": flat(0.75, 3.75),
  },
};

function claude(input: number, output: number, cacheRead: number = CACHE_READ): TieredPrice {
  return { input, output, cacheRead: input * cacheRead, cacheWrite: input * CACHE_WRITE };
}

function flat(input: number, output: number): TieredPrice {
  return { input, output, cacheRead: input * CACHE_READ };
}

/** Twice the input price and one and a half times the output price above 272,000 input tokens. */
function longContext(input: number, output: number): TieredPrice {
  return { ...flat(input, output), long: { aboveInputTokens: 272_000, input: input * 2, output: output * 1.5 } };
}
