// The counts of one run: agents, tokens and cost, and the limits that they must not pass.
import { addAmounts, addCounts } from "../lib/counts.ts";
import type { AgentResult, Reservation, UsageBound } from "../agent.ts";
import { OdwError } from "../errors.ts";
import type { Dialect, EventBody, RunLimits, RunUsage } from "../run.ts";
import type { BudgetState } from "../sandbox.ts";
import { openBudget, tokensOf } from "./budget.ts";

/** Share of a budget at which the run is warned, once for each budget. */
const WARN_SHARE = 0.8;

export interface Census {
  /** Counts a call, or throws `agent_cap`. Synchronous, so that the order of calls decides. */
  admit(): void;
  /** Takes back a call that was refused before it started. */
  refund(): void;
  /** Throws `budget_exceeded` when a soft budget is used up; hard ones are for `reserve`. */
  checkBudget(): void;
  /** See Budget; undefined: no budget of this run is hard. */
  reserve: ((bound: UsageBound) => Promise<Reservation>) | undefined;
  addResult(result: AgentResult): EventBody[];
  addReplay(): void;
  /**
   * What the script's budget shows as spent: in dialect A by this part of the run (recorded answers count 0), in dialect B by all. Calls
   * of unknown price cost 0 here and make `usage().costUsd` null.
   */
  shown(): BudgetState;
  /** Dialect A's tokens of earlier parts: they are spent, though `shown` does not say so. */
  earlierTokens: number;
  usage(): RunUsage;
}

/** What earlier parts of a resumed run have taken out of its limits. */
export interface Earlier {
  usage: RunUsage;
  /** Calls whose answers stand in the journal. */
  calls: number;
  /** Of those answers whose price is known. */
  knownCostUsd: number;
}

/** A run has one budget over all its parts: what `earlier` parts used is spent. Their recorded answers are not counted again. */
export function openCensus(limits: RunLimits, dialect: Dialect, earlier: Earlier | null): Census {
  const before = earlier?.usage ?? null;
  const used: RunUsage = { agents: 0, cachedAgents: 0, inputTokens: 0, outputTokens: 0, costUsd: 0 };
  const warned = new Set<string>();
  const earlierCostUsd = before?.costUsd ?? earlier?.knownCostUsd ?? 0;
  const earlierTokens = before ? tokensOf(before, dialect) : 0;
  const budget = openBudget(limits, dialect, { tokens: earlierTokens, costUsd: earlierCostUsd });
  let admitted = earlier?.calls ?? 0;
  let knownCost = 0;

  function spentTokens(): number {
    return earlierTokens + tokensOf(used, dialect);
  }

  function checkBudget(): void {
    if (limits.hard || limits.tokens === null || spentTokens() < limits.tokens) return;
    const unit = dialect === "meta" ? "output tokens" : "tokens";
    const spent = `${spentTokens()} / ${limits.tokens} ${unit}`;
    throw new OdwError("budget_exceeded", `Workflow token budget exceeded (${spent}): raise it with --budget-tokens`, {
      name: "WorkflowBudgetExceededError",
    });
  }

  function warnings(): EventBody[] {
    const budgets = [
      { unit: "tokens" as const, spent: spentTokens(), total: limits.tokens },
      { unit: "usd" as const, spent: earlierCostUsd + knownCost, total: limits.costUsd },
    ];
    return budgets.flatMap(({ unit, spent, total }): EventBody[] => {
      if (total === null || warned.has(unit) || spent < total * WARN_SHARE) return [];
      warned.add(unit);
      return [{ type: "budget_warned", spent, total, unit }];
    });
  }

  /** Only a cost budget that nobody asked for lets such a call pass. */
  function priceWarning({ costUsd, model }: AgentResult): EventBody[] {
    if (costUsd !== null || limits.costUsd === null || warned.has("price")) return [];
    warned.add("price");
    const message =
      `The price of ${model} is unknown, so the cost budget of $${limits.costUsd} does not count it: set it under prices in config.json`;
    return [{ type: "log_written", level: "warn", message }];
  }

  return {
    admit() {
      if (admitted >= limits.agents) throw capReached(limits.agents);
      admitted++;
    },
    refund() {
      admitted--;
    },
    checkBudget,
    reserve: budget?.reserve,
    addResult(result) {
      used.agents++;
      used.inputTokens = addCounts(used.inputTokens, result.usage.inputTokens);
      used.outputTokens = addCounts(used.outputTokens, result.usage.outputTokens);
      used.costUsd = addAmounts(used.costUsd, result.costUsd);
      knownCost = addAmounts(knownCost, result.costUsd ?? 0) ?? knownCost;
      return [...warnings(), ...priceWarning(result)];
    },
    addReplay() {
      used.cachedAgents++;
    },
    shown: () =>
      dialect === "meta"
        ? { spentTokens: tokensOf(used, dialect), spentCostUsd: knownCost }
        : { spentTokens: spentTokens(), spentCostUsd: earlierCostUsd + knownCost },
    earlierTokens: dialect === "meta" ? earlierTokens : 0,
    usage: () => (before ? sum(before, used) : { ...used }),
  };
}

function sum(before: RunUsage, now: RunUsage): RunUsage {
  return {
    agents: before.agents + now.agents,
    cachedAgents: now.cachedAgents,
    inputTokens: addCounts(before.inputTokens, now.inputTokens),
    outputTokens: addCounts(before.outputTokens, now.outputTokens),
    costUsd: addAmounts(before.costUsd, now.costUsd),
  };
}

function capReached(cap: number): OdwError {
  return new OdwError("agent_cap", `Workflow agent() call cap reached (${cap}): raise it with --max-agents`, {
    name: "WorkflowAgentCapError",
  });
}
