// What a usage costs: the user's prices, then local models, then the built-in table, else unknown.
import type { Price, TokenUsage } from "../provider.ts";
import { globPattern } from "./glob.ts";
import { PRICES, type TieredPrice } from "./prices.ts";

const MILLION = 1_000_000;
const FREE: Price = { input: 0, output: 0 };
const DATED = /-(?:\d{4}-\d{2}-\d{2}|\d{8}|latest)$/;

/** Where prices come from. */
export interface PriceSource {
  /** By glob over `provider/model-id`; the first that matches. */
  prices: Record<string, Price>;
  /** Names of the providers whose models cost nothing. */
  free: ReadonlySet<string>;
}

/** The price of `provider/model-id`, or null where it is unknown. */
export type PriceOf = (model: string) => TieredPrice | null;

/** `model` is `provider/model-id`. */
export function openPrices({ prices, free }: PriceSource): PriceOf {
  const own = Object.entries(prices).map(([glob, price]) => ({ pattern: globPattern(glob), price }));
  return (model) => {
    const chosen = own.find(({ pattern }) => pattern.test(model));
    if (chosen) return chosen.price;
    const slash = model.indexOf("/");
    const provider = model.slice(0, slash);
    if (free.has(provider)) return FREE;
    const id = model.slice(slash + 1);
    const table = Object.hasOwn(PRICES, provider) ? PRICES[provider] ?? {} : {};
    const bare = id.replace(DATED, "");
    return (Object.hasOwn(table, id) ? table[id] : Object.hasOwn(table, bare) ? table[bare] : undefined) ?? null;
  };
}

/** Cost of one call in USD; cached input without a price of its own costs as much as other input. */
export function costOf(price: TieredPrice, usage: TokenUsage): number {
  const { long } = price;
  const isLong = long !== undefined && usage.inputTokens > long.aboveInputTokens;
  const input = isLong ? long.input : price.input;
  const output = isLong ? long.output : price.output;
  // Caching keeps its relation to the input price in the higher tier.
  const factor = price.input > 0 ? input / price.input : 1;
  const read = price.cacheRead === undefined ? input : price.cacheRead * factor;
  const write = price.cacheWrite === undefined ? input : price.cacheWrite * factor;
  const fresh = Math.max(0, usage.inputTokens - usage.cacheReadTokens - usage.cacheWriteTokens);
  const parts = fresh * input + usage.cacheReadTokens * read + usage.cacheWriteTokens * write;
  return (parts + usage.outputTokens * output) / MILLION;
}
