// Budgets that hold: every provider call takes its largest possible use out of them before it starts, and gives back what it did not use.
import type { CostUsd, Reservation, UsageBound } from "../agent.ts";
import { OdwError } from "../errors.ts";
import type { TokenUsage } from "../provider.ts";
import type { Dialect, RunLimits } from "../run.ts";

/** Costs are counted in whole billionths of a dollar: sums of fractions would drift. */
const NANO = 1e9;
/** Below this a product of decimals differs from the whole number that it means. */
const ROUNDING = 1e-4;

/** One limited quantity, in whole units. */
interface Account {
  total: number;
  spent: number;
  held: number;
  describe: (account: Account, needed: number) => string;
}

interface Need {
  account: Account;
  amount: number;
}

interface Waiting {
  needs: Need[];
  grant: (reservation: Reservation) => void;
  refuse: (error: OdwError) => void;
}

/** The hard budgets of one part of a run. */
export interface Budget {
  /**
   * First in, first out. Waits while calls under way may give back enough. Throws `budget_exceeded` when not even that would do, and for an
   * unknown price under a cost budget that was asked for.
   */
  reserve(bound: UsageBound): Promise<Reservation>;
}

/** null: nothing of the run is limited so. `earlier`: what other parts of the run have spent already. */
export function openBudget(
  limits: RunLimits,
  dialect: Dialect,
  earlier: { tokens: number; costUsd: number } = { tokens: 0, costUsd: 0 },
): Budget | null {
  const tokens = limits.hard && limits.tokens !== null ? tokenAccount(limits.tokens, dialect) : null;
  const cost = limits.costUsd === null ? null : costAccount(limits.costUsd);
  if (!tokens && !cost) return null;
  if (tokens) tokens.spent = earlier.tokens;
  if (cost) cost.spent = nanos(earlier.costUsd);
  const waiting: Waiting[] = [];

  function needsOf({ inputTokens, outputTokens, costUsd }: UsageBound): Need[] {
    if (cost && costUsd === null && limits.isCostDefault !== true) throw unknownPrice();
    const needs: Need[] = [];
    if (tokens) needs.push({ account: tokens, amount: tokensOf({ inputTokens, outputTokens }, dialect) });
    if (cost && costUsd !== null) needs.push({ account: cost, amount: nanos(costUsd) });
    return needs;
  }

  /** What is used stays taken even where it is more than was reserved: a provider that breaks its own limit cannot be undone. */
  function settle(needs: Need[], usage: TokenUsage, costUsd: CostUsd): void {
    for (const { account, amount } of needs) {
      account.held -= amount;
      account.spent += account === tokens ? tokensOf(usage, dialect) : nanos(costUsd ?? 0);
    }
    serveWaiting();
  }

  function take(needs: Need[]): Reservation {
    for (const { account, amount } of needs) account.held += amount;
    return { settle: (usage, costUsd) => settle(needs, usage, costUsd) };
  }

  function serveWaiting(): void {
    for (let first = waiting[0]; first; first = waiting[0]) {
      const obstacle = first.needs.find(({ account, amount }) => account.spent + amount > account.total);
      if (!obstacle && !fits(first.needs)) return;
      waiting.shift();
      if (obstacle) first.refuse(exceeded(obstacle));
      else first.grant(take(first.needs));
    }
  }

  return {
    reserve: (bound) =>
      new Promise((grant, refuse) => {
        waiting.push({ needs: needsOf(bound), grant, refuse });
        serveWaiting();
      }),
  };
}

function fits(needs: Need[]): boolean {
  return needs.every(({ account, amount }) => account.spent + account.held + amount <= account.total);
}

function tokenAccount(total: number, dialect: Dialect): Account {
  const unit = dialect === "meta" ? "output tokens" : "tokens";
  const describe = ({ spent }: Account, needed: number) =>
    `Workflow token budget exceeded (${spent} / ${total} ${unit}): the next call may use ${needed} more; ` +
    "raise it with --budget-tokens, or lower maxTokens";
  return { total, spent: 0, held: 0, describe };
}

function costAccount(totalUsd: number): Account {
  const describe = ({ spent }: Account, needed: number) =>
    `Workflow cost budget exceeded ($${(spent / NANO).toFixed(4)} / $${totalUsd}): the next call may cost ` +
    `$${(needed / NANO).toFixed(4)}; raise it with --budget-usd, or lower maxTokens`;
  return { total: Math.floor(totalUsd * NANO + ROUNDING), spent: 0, held: 0, describe };
}

/** What a dialect's token budget counts. */
export function tokensOf(usage: { inputTokens: number; outputTokens: number }, dialect: Dialect): number {
  return dialect === "meta" ? usage.outputTokens : usage.inputTokens + usage.outputTokens;
}

/** Rounded up: never less than it costs. */
function nanos(costUsd: number): number {
  return Math.ceil(costUsd * NANO - ROUNDING);
}

function exceeded({ account, amount }: Need): OdwError {
  return budgetError(account.describe(account, amount));
}

function unknownPrice(): OdwError {
  return budgetError(
    "Workflow cost budget cannot hold: the price of this agent's model is unknown; set it under prices in config.json, " +
      "or leave out --budget-usd",
  );
}

function budgetError(message: string): OdwError {
  return new OdwError("budget_exceeded", message, { name: "WorkflowBudgetExceededError" });
}
