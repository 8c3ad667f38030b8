// What stands before each provider call: a reservation of its largest possible use, and the provider's gate.
import assert from "node:assert/strict";
import type { CallGate, CallPass, CostUsd, Reservation, UsageBound } from "../../src/agent.ts";
import { OdwError } from "../../src/errors.ts";
import { noUsage, type TokenUsage } from "../../src/provider.ts";
import { bench, fails, says } from "./scripted_provider.ts";

interface Settled {
  bound: UsageBound;
  usage?: TokenUsage;
  costUsd?: CostUsd;
}

/** Grants everything, and keeps what was asked and settled. */
function ledger() {
  const entries: Settled[] = [];
  const reserve = (bound: UsageBound): Promise<Reservation> => {
    const entry: Settled = { bound };
    entries.push(entry);
    const settle = (usage: TokenUsage, costUsd: CostUsd) => {
      assert.equal(entry.usage, undefined, "settled twice");
      Object.assign(entry, { usage, costUsd });
    };
    return Promise.resolve({ settle });
  };
  return { entries, reserve };
}

/** Lets everything through, and keeps how each call ended. */
function openGate(enter?: () => void): { gate: CallGate; endings: unknown[] } {
  const endings: unknown[] = [];
  const pass: CallPass = {
    answered: (rateResetAt) => endings.push(rateResetAt ?? "answered"),
    failed: (thrown) => endings.push(thrown),
  };
  return { gate: { enter: () => (enter?.(), pass), onClosed: () => () => {} }, endings };
}

Deno.test("a call whose reservation is refused never goes out, and the agent fails with that code", async () => {
  const { run, provider } = bench([says("never")]);
  const refusal = new OdwError("budget_exceeded", "used up", { name: "WorkflowBudgetExceededError" });
  const result = await run({}, { reserve: () => Promise.reject(refusal) });
  assert.equal(provider.requests.length, 0);
  assert.equal(result.attempts, 0);
  assert.deepEqual(result.status === "failed" && result.error, {
    name: "WorkflowBudgetExceededError",
    message: "used up",
    code: "budget_exceeded",
  });
});

Deno.test("a closed gate gives the reservation back and no call goes out, not even as a retry", async () => {
  const { entries, reserve } = ledger();
  const { run, provider } = bench([fails("rate_limit"), says("never")]);
  let asked = 0;
  const { gate } = openGate(() => {
    if (++asked === 2) throw new OdwError("quota_exhausted", "closed");
  });
  const result = await run({}, { reserve, gate });
  assert.equal(result.status === "failed" && result.error.code, "quota_exhausted");
  assert.equal(provider.requests.length, 1);
  assert.equal(result.attempts, 1);
  assert.deepEqual(entries.map(({ usage }) => usage), [noUsage(), noUsage()]);
});

Deno.test("an abort while a reservation waits rejects with its reason, and a grant that comes later is given back", async () => {
  const stop = new AbortController();
  const grant = Promise.withResolvers<Reservation>();
  const settled = Promise.withResolvers<TokenUsage>();
  const { run, provider } = bench([says("never")]);
  const reserve = () => {
    queueMicrotask(() => stop.abort("enough"));
    return grant.promise;
  };
  await assert.rejects(run({}, { signal: stop.signal, reserve }), (thrown) => thrown === "enough");
  grant.resolve({ settle: (usage) => settled.resolve(usage) });
  assert.deepEqual(await settled.promise, noUsage());
  assert.equal(provider.requests.length, 0);
});

Deno.test("every provider call is reserved and settled once: retries and schema attempts too", async () => {
  const { entries, reserve } = ledger();
  const billed = { ...noUsage(), inputTokens: 7, outputTokens: 3 };
  const { run } = bench([fails("service_unavailable", { usage: billed }), says("no json"), says("{}")]);
  const result = await run({ schema: { type: "object" } }, { reserve });
  assert.equal(result.status, "completed");
  assert.deepEqual(entries.map(({ usage }) => usage?.outputTokens), [3, 5, 5]);
  const total = entries.reduce((sum, entry) => sum + (entry.costUsd ?? NaN), 0);
  assert.ok(Math.abs(total - (result.costUsd ?? NaN)) < 1e-12);
});

Deno.test("the bound is the output limit that goes out and more input than the texts can make tokens", async () => {
  const { entries, reserve } = ledger();
  const { run, provider } = bench([says("ok"), says("{}")]);
  const prompt = "漢字".repeat(100);
  await run({ prompt, maxTokens: 321 }, { reserve });
  const schema = { type: "object", description: "x".repeat(500) };
  await run({ prompt, schema }, { reserve });
  assert.equal(provider.requests[0]?.maxTokens, 321);
  assert.equal(entries[0]?.bound.outputTokens, 321);
  assert.ok(entries[0].bound.inputTokens > 600 + (provider.requests[0].system ?? "").length);
  assert.equal(entries[1]?.bound.outputTokens, 4096);
  assert.ok(entries[1].bound.inputTokens > entries[0].bound.inputTokens + 3 * 500);
});

Deno.test("the cost bound is that of the dearest way to bill the input, and null for an unknown price", async () => {
  const { entries, reserve } = ledger();
  const { run, provider } = bench([says("ok"), says("ok")]);
  provider.cost = (_, usage) => usage.inputTokens + 2 * usage.cacheWriteTokens - usage.cacheReadTokens / 2;
  await run({}, { reserve });
  assert.equal(entries[0]?.bound.costUsd, 3 * (entries[0]?.bound.inputTokens ?? NaN));
  provider.cost = () => null;
  await run({}, { reserve });
  assert.equal(entries[1]?.bound.costUsd, null);
});

Deno.test("a wait for a retry ends at once when the provider closes, and nobody listens any more", async () => {
  const listeners = new Set<(refusal: OdwError) => void>();
  const { gate } = openGate();
  const onClosed = (listener: (refusal: OdwError) => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  };
  const sleep = (_: number, signal: AbortSignal) =>
    new Promise<void>((_, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason));
      for (const listener of listeners) listener(new OdwError("quota_exhausted", "closed"));
    });
  const { run, provider } = bench([fails("rate_limit"), says("never")], { sleep });
  const result = await run({}, { gate: { ...gate, onClosed } });
  assert.equal(result.status === "failed" && result.error.code, "quota_exhausted");
  assert.equal(provider.requests.length, 1);
  assert.equal(listeners.size, 0);
});

Deno.test("the gate hears how each call ended, with the provider's rate window", async () => {
  const { gate, endings } = openGate();
  const failure = fails("rate_limit");
  const { run } = bench([failure, says("ok", { rateResetAt: 1234 })]);
  await run({}, { gate });
  assert.deepEqual(endings, [failure, 1234]);
});
