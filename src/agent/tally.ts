// What one agent() call has used so far, over all of its provider calls.
import type { CostUsd } from "../agent.ts";
import { addUsage, noUsage, type Provider, type TokenUsage } from "../provider.ts";

export interface Tally {
  /** Provider calls begun. */
  attempts: number;
  usage: TokenUsage;
  /** null as soon as one call's cost is unknown. */
  costUsd: CostUsd;
  /** What the model wrote last. */
  lastText: string;
}

export function newTally(): Tally {
  return { attempts: 0, usage: noUsage(), costUsd: 0, lastText: "" };
}

/** What one provider call used. */
export interface Spent {
  usage: TokenUsage;
  costUsd: CostUsd;
}

/** Priced call by call: a price may depend on the size of the single request. */
export function addToTally(tally: Tally, usage: TokenUsage, priced: { provider: Provider; model: string }): Spent {
  const cost = priced.provider.cost(priced.model, usage);
  tally.usage = addUsage(tally.usage, usage);
  tally.costUsd = cost === null || tally.costUsd === null ? null : tally.costUsd + cost;
  return { usage, costUsd: cost };
}
