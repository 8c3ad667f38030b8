// What a run's steps add up to, by model and by phase.
import { addAmounts, addCounts } from "../lib/counts.ts";
import type { CostUsd } from "../agent.ts";
import type { Step } from "../run.ts";

export interface Total {
  name: string;
  agents: number;
  failed: number;
  inputTokens: number;
  outputTokens: number;
  /** null: of at least one step the price is unknown. */
  costUsd: CostUsd;
}

/** In the order of their first step. */
export function totalsByModel(steps: Step[]): Total[] {
  return totalsBy(steps, ({ model }) => model ?? "(never started)");
}

export function totalsByPhase(steps: Step[]): Total[] {
  return totalsBy(steps, ({ phase }) => phase ?? "(no phase)");
}

function totalsBy(steps: Step[], nameOf: (step: Step) => string): Total[] {
  const totals = new Map<string, Total>();
  for (const step of steps) {
    const name = nameOf(step);
    const total = totals.get(name) ?? { name, agents: 0, failed: 0, inputTokens: 0, outputTokens: 0, costUsd: 0 };
    totals.set(name, add(total, step));
  }
  return [...totals.values()];
}

function add(total: Total, { status, usage, costUsd }: Step): Total {
  return {
    name: total.name,
    agents: total.agents + 1,
    failed: total.failed + (status === "failed" ? 1 : 0),
    inputTokens: addCounts(total.inputTokens, usage?.inputTokens ?? 0),
    outputTokens: addCounts(total.outputTokens, usage?.outputTokens ?? 0),
    costUsd: addAmounts(total.costUsd, costUsd),
  };
}
