// What earlier parts of a run have left of its limits, as a resume tells it.
import type { Dialect, RunLimits } from "../run.ts";
import { tokensOf } from "./budget.ts";
import type { Earlier } from "./census.ts";

/** A sentence; null: nothing of the run is limited, or nothing was used. */
export function budgetLeft(limits: RunLimits, dialect: Dialect, { usage, knownCostUsd }: Earlier): string | null {
  const parts: string[] = [];
  const cost = usage.costUsd ?? knownCostUsd;
  if (limits.costUsd !== null && cost > 0) {
    parts.push(
      `$${dollars(cost)} of $${dollars(limits.costUsd)} (--budget-usd), $${dollars(limits.costUsd - cost)} left`,
    );
  }
  const tokens = tokensOf(usage, dialect);
  if (limits.tokens !== null && tokens > 0) {
    const unit = dialect === "meta" ? "output tokens" : "tokens";
    parts.push(`${tokens} of ${limits.tokens} ${unit} (--budget-tokens), ${Math.max(0, limits.tokens - tokens)} left`);
  }
  return parts.length === 0 ? null : `earlier parts of this run used ${parts.join("; ")}`;
}

function dollars(amount: number): string {
  return Math.max(0, amount).toFixed(4).replace(/(\.\d\d)0+$/, "$1");
}
