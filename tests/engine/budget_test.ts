// Budgets that hold, whatever runs at once.
import assert from "node:assert/strict";
import type { Reservation, UsageBound } from "../../src/agent.ts";
import { type Budget, openBudget } from "../../src/engine/budget.ts";
import { OdwError } from "../../src/errors.ts";
import { noUsage } from "../../src/provider.ts";
import type { Dialect, RunLimits } from "../../src/run.ts";

const LIMITS: RunLimits = { concurrency: 64, agents: 1000, tokens: null, costUsd: null, timeoutMs: null, hard: true };

function open(limits: Partial<RunLimits>, dialect: Dialect = "meta"): Budget {
  const budget = openBudget({ ...LIMITS, ...limits }, dialect);
  assert.ok(budget);
  return budget;
}

function bound(outputTokens: number, costUsd: number | null = 0, inputTokens = 0): UsageBound {
  return { inputTokens, outputTokens, costUsd };
}

function used(outputTokens: number, inputTokens = 0) {
  return { ...noUsage(), inputTokens, outputTokens };
}

async function isPending(promise: Promise<unknown>): Promise<boolean> {
  const marker = Symbol();
  promise.catch(() => {});
  for (let i = 0; i < 10; i++) await Promise.resolve();
  return await Promise.race([promise, Promise.resolve(marker)]) === marker;
}

function isBudgetError(error: unknown): boolean {
  return error instanceof OdwError && error.code === "budget_exceeded" && error.name === "WorkflowBudgetExceededError";
}

Deno.test("a call that can never fit is refused at once, with what was used, what is wanted and what to do", async () => {
  await assert.rejects(open({ tokens: 100 }).reserve(bound(101)), (error) => {
    assert.ok(isBudgetError(error));
    assert.match(String(error), /Workflow token budget exceeded \(0 \/ 100 output tokens\): the next call may use 101/);
    assert.match(String(error), /--budget-tokens/);
    return true;
  });
  await assert.rejects(open({ costUsd: 0.5 }).reserve(bound(1, 0.51)), /\$0\.0000 \/ \$0\.5.*\$0\.5100.*--budget-usd/);
});

Deno.test("a call that waits is refused when the calls before it used too much to let it fit", async () => {
  const budget = open({ tokens: 100 });
  const first = await budget.reserve(bound(80));
  const second = budget.reserve(bound(60));
  assert.ok(await isPending(second));
  first.settle(used(41), 0);
  await assert.rejects(second, isBudgetError);
});

Deno.test("a call waits while those before it may give back, and starts first in, first out", async () => {
  const budget = open({ tokens: 100 });
  const [first, second] = [await budget.reserve(bound(50)), await budget.reserve(bound(50))];
  const large = budget.reserve(bound(70));
  const small = budget.reserve(bound(5));
  first.settle(used(5), 0);
  assert.ok(await isPending(large));
  assert.ok(await isPending(small), "a small call does not overtake a large one for ever");
  second.settle(used(5), 0);
  (await large).settle(used(70), 0);
  (await small).settle(used(5), 0);
});

Deno.test("a model of unknown price is refused under a cost budget that was asked for, and passes under a default one", async () => {
  await assert.rejects(open({ costUsd: 1 }).reserve(bound(1, null)), /price.*unknown.*prices in config\.json/);
  const budget = open({ costUsd: 1, isCostDefault: true }, "execute");
  (await budget.reserve(bound(1, null))).settle(used(1), null);
});

Deno.test("a cost budget is hard always, a token budget only when asked for", () => {
  assert.equal(openBudget({ ...LIMITS, tokens: 10, hard: false }, "meta"), null);
  assert.equal(openBudget(LIMITS, "meta"), null);
  assert.ok(openBudget({ ...LIMITS, costUsd: 10, hard: false }, "meta"));
});

Deno.test("dialect A reserves output tokens, dialect B input and output", async () => {
  (await open({ tokens: 10 }).reserve(bound(10, 0, 500))).settle(used(10, 500), 0);
  await assert.rejects(open({ tokens: 10 }, "execute").reserve(bound(5, 0, 6)), /\/ 10 tokens\)/);
});

Deno.test("a cost budget can be used up to its last billionth of a dollar", async () => {
  const budget = open({ costUsd: 0.3 });
  for (let i = 0; i < 3; i++) (await budget.reserve(bound(1, 0.1))).settle(used(1), 0.1);
  await assert.rejects(budget.reserve(bound(1, 0.000_000_001)), isBudgetError);
});

/** Numbers from 0 to below 1, the same for the same seed (mulberry32). */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

interface Totals {
  tokens: number;
  nanos: number;
  calls: number;
  mostAtOnce: number;
}

/** 64 agents of several calls each, with uses at random up to their bounds, that end in random order. */
async function spend(budget: Budget, random: () => number, largest: number): Promise<Totals> {
  const totals: Totals = { tokens: 0, nanos: 0, calls: 0, mostAtOnce: 0 };
  const underWay: (() => void)[] = [];
  async function call(): Promise<void> {
    const limit = 1 + Math.floor(random() * largest);
    const input = Math.floor(random() * 1000);
    const price = (tokens: number) => tokens * 0.000_01 + input * 0.000_002;
    const reservation: Reservation = await budget.reserve(bound(limit, price(limit), input));
    await new Promise<void>((resolve) => underWay.push(resolve));
    const tokens = random() < 0.3 ? limit : Math.floor(random() * (limit + 1));
    totals.tokens += tokens;
    totals.nanos += Math.round(price(tokens) * 1e9);
    totals.calls++;
    reservation.settle(used(tokens, input), price(tokens));
  }
  async function agent(): Promise<void> {
    for (let calls = 0; calls < 12; calls++) await call();
  }
  let ended = 0;
  const agents = Array.from(
    { length: 64 },
    () => agent().catch((error) => assert.ok(isBudgetError(error), error)).finally(() => ended++),
  );
  while (ended < agents.length) {
    for (let i = 0; i < 40; i++) await Promise.resolve();
    totals.mostAtOnce = Math.max(totals.mostAtOnce, underWay.length);
    assert.ok(underWay.length > 0 || ended === agents.length, "nobody runs and nobody has ended: a deadlock");
    underWay.splice(Math.floor(random() * underWay.length), 1)[0]?.();
  }
  await Promise.all(agents);
  return totals;
}

Deno.test("64 agents at once never pass a hard budget by one token or a billionth of a dollar, and never stand still", async () => {
  for (let seed = 1; seed <= 60; seed++) {
    const random = numbers(seed);
    const tokens = 50 + Math.floor(random() * 60_000);
    const costUsd = Math.round(random() * 600_000) / 1e6 + 0.001;
    const totals = await spend(open({ tokens, costUsd }), random, 300);
    assert.ok(totals.tokens <= tokens, `seed ${seed}: ${totals.tokens} of ${tokens} tokens`);
    assert.ok(totals.nanos <= Math.round(costUsd * 1e9), `seed ${seed}: ${totals.nanos} of ${costUsd} USD`);
  }
});

Deno.test("a budget that is large enough lets every call through, all at once", async () => {
  const totals = await spend(open({ tokens: 64 * 12 * 300, costUsd: 100 }), numbers(7), 300);
  assert.equal(totals.calls, 64 * 12);
  assert.equal(totals.mostAtOnce, 64);
});

Deno.test("a budget of a single largest call lets calls through one after the other, and is used well", async () => {
  const totals = await spend(open({ tokens: 300 }), numbers(3), 300);
  assert.ok(totals.calls > 0);
  assert.ok(totals.tokens <= 300);
});
