// Limits and providers that say no, seen from the calls of a run.
import assert from "node:assert/strict";
import type { OdwError } from "../../src/errors.ts";
import { type GenerateRequest, type GenerateResult, noUsage } from "../../src/provider.ts";
import { fails, says } from "../agent/scripted_provider.ts";
import { limitsBench } from "./limits_bench.ts";

const RESET_AT = new Date(Date.now() + 3_600_000).toISOString();

function quota(resetAt?: string) {
  return fails("quota_exhausted", { retryable: false, status: 429, ...(resetAt ? { resetAt } : {}) });
}

/** What each call gave or threw. */
async function outcomesOf(calls: Promise<unknown>[]): Promise<unknown[]> {
  return (await Promise.allSettled(calls)).map((result) =>
    result.status === "fulfilled" ? result.value : result.reason
  );
}

Deno.test("1000 agents after a quota error cost the calls in flight, and the run pauses with the reason and the reset time", async () => {
  const bench = limitsBench({ answer: () => Promise.reject(quota(RESET_AT)) });
  const calls = Array.from({ length: 1000 }, (_, i) => bench.agent(`p${i}`));
  const outcomes = await outcomesOf(calls);
  assert.ok(bench.requests.length >= 1 && bench.requests.length <= 64, String(bench.requests.length));
  assert.equal(bench.pauses[0]?.error.code, "quota_exhausted");
  assert.equal(bench.pauses[0]?.resetAt, RESET_AT);
  for (const outcome of outcomes) assert.equal((outcome as OdwError).code, "paused", "no call was told of it");
  assert.equal(bench.eventsOf("step_failed").length, bench.requests.length);
  assert.deepEqual(bench.eventsOf("failure_recorded"), []);
});

Deno.test("an agent that waits for a retry does not hold up the pause, whichever of both comes first", async () => {
  for (const isWaitingBefore of [true, false]) {
    let calls = 0;
    const answer = () => Promise.reject(++calls === 1 ? fails("rate_limit", { retryAfterMs: 20_000 }) : quota());
    const bench = limitsBench({ answer });
    const first = bench.agent("p0");
    while (isWaitingBefore && bench.eventsOf("step_retried").length === 0) await Promise.resolve();
    await outcomesOf([first, bench.agent("p1")]);
    assert.equal(bench.requests.length, 2);
    assert.equal(bench.pauses[0]?.error.code, "quota_exhausted");
    assert.equal(bench.eventsOf("step_failed").length, 2);
  }
});

Deno.test("what a call had used before its provider closed stands in its step", async () => {
  const billed = { ...noUsage(), inputTokens: 70, outputTokens: 30 };
  const bench = limitsBench({
    answer: () => Promise.reject(fails("authentication", { retryable: false, usage: billed })),
  });
  await outcomesOf([bench.agent("p")]);
  assert.deepEqual(bench.eventsOf("step_failed").map(({ usage }) => usage), [billed]);
});

Deno.test("with a fallback the calls go on there, each as one step with the usage of both, and one line says so", async () => {
  const billed = { ...noUsage(), inputTokens: 7, outputTokens: 3 };
  const answer = ({ model }: GenerateRequest): Promise<GenerateResult> =>
    model === "main/m"
      ? Promise.reject(fails("quota_exhausted", { retryable: false, usage: billed }))
      : Promise.resolve(says(`from ${model}`));
  const bench = limitsBench({ answer, fallback: "second/f" });
  assert.equal(await bench.agent("p0"), "from second/f");
  const rest = await Promise.all(Array.from({ length: 50 }, (_, i) => bench.agent(`p${i + 1}`)));
  assert.deepEqual(rest, Array.from({ length: 50 }, () => "from second/f"));
  assert.equal(bench.requests.filter(({ model }) => model === "main/m").length, 1);
  assert.deepEqual(bench.pauses, []);
  const completed = bench.eventsOf("step_completed");
  assert.equal(completed.length, 51);
  assert.deepEqual([completed[0]?.attempts, completed[0]?.usage.inputTokens, completed[0]?.model], [2, 17, "second/f"]);
  assert.deepEqual(bench.eventsOf("step_started").slice(0, 2).map(({ model }) => model), ["main/m", "second/f"]);
  assert.deepEqual(bench.eventsOf("log_written").map(({ message }) => message), [
    "Going on with models.fallback (second/f): the far end said quota_exhausted",
  ]);
});

Deno.test("when the fallback closes too the run pauses, until the first of both comes back", async () => {
  const later = new Date(Date.now() + 7_200_000).toISOString();
  const bench = limitsBench({
    answer: ({ model }) => Promise.reject(quota(model === "main/m" ? later : RESET_AT)),
    fallback: "second/f",
  });
  await outcomesOf([bench.agent("p")]);
  assert.equal(bench.requests.length, 2);
  assert.equal(bench.pauses[0]?.resetAt, RESET_AT);
});

Deno.test("a fallback that leads nowhere is told once, and the run pauses", async () => {
  const bench = limitsBench({ answer: () => Promise.reject(quota()), fallback: "nowhere/f" });
  await outcomesOf([bench.agent("p0"), bench.agent("p1")]);
  assert.equal(bench.pauses[0]?.error.code, "quota_exhausted");
  assert.deepEqual(bench.eventsOf("log_written").map(({ message }) => message), [
    "models.fallback cannot be used: no provider nowhere",
  ]);
});

Deno.test("an agent that an outage ends is a failed agent until the outage is a long one", async () => {
  const bench = limitsBench({ answer: () => Promise.reject(fails("service_unavailable", { retryable: false })) });
  for (let i = 0; i < 4; i++) assert.equal(await bench.agent(`p${i}`), null);
  assert.equal(bench.eventsOf("failure_recorded").length, 4);
  await outcomesOf([bench.agent("p4"), bench.agent("p5")]);
  assert.equal(bench.requests.length <= 6, true);
  assert.equal(bench.pauses[0]?.error.code, "service_unavailable");
});

/** Answers with a use at random up to the limit that was sent, some ticks later. */
function randomUse(seed: number) {
  let state = seed;
  const random = () => (state = (state * 48271) % 2147483647) / 2147483647;
  const totals = { output: 0, nanos: 0 };
  const answer = async (request: GenerateRequest): Promise<GenerateResult> => {
    const outputTokens = Math.floor(random() * ((request.maxTokens ?? 0) + 1));
    const inputTokens = request.messages.reduce((sum, { role }) => sum + (role === "user" ? 5 : 0), 10);
    for (let ticks = random() * 30; ticks > 0; ticks--) await Promise.resolve();
    totals.output += outputTokens;
    totals.nanos += (inputTokens + outputTokens) * 1000;
    return says("done", { usage: { ...noUsage(), inputTokens, outputTokens } });
  };
  return { answer, totals };
}

Deno.test("64 agents at once never pass a hard token budget, and the run pauses when no call fits any more", async () => {
  for (let seed = 1; seed <= 20; seed++) {
    const { answer, totals } = randomUse(seed);
    const tokens = 5000 * seed;
    const bench = limitsBench({ answer, limits: { tokens, hard: true } });
    await outcomesOf(Array.from({ length: 64 }, (_, i) => bench.agent(`p${i}`)));
    assert.ok(totals.output <= tokens, `${totals.output} of ${tokens}`);
    assert.ok(bench.requests.length > 0);
    if (bench.requests.length < 64) assert.equal(bench.pauses[0]?.error.code, "budget_exceeded");
  }
});

Deno.test("a cost budget holds without being asked to, and the run pauses", async () => {
  for (let seed = 1; seed <= 20; seed++) {
    const { answer, totals } = randomUse(seed);
    const costUsd = 0.01 * seed;
    const bench = limitsBench({ answer, limits: { costUsd } });
    const outcomes = await outcomesOf(Array.from({ length: 64 }, (_, i) => bench.agent(`p${i}`)));
    assert.ok(totals.nanos <= Math.round(costUsd * 1e9), `${totals.nanos} of ${costUsd}`);
    const held = outcomes.filter((outcome) => outcome !== "done");
    for (const error of held) assert.equal((error as OdwError).code, "paused");
    assert.equal(bench.pauses.length > 0, held.length > 0);
    assert.equal(bench.eventsOf("step_failed").length, 0, "what made no request has not failed");
    assert.ok(bench.requests.length > 0);
  }
});

Deno.test("a soft token budget is checked before each start, and running calls finish", async () => {
  const bench = limitsBench({ answer: () => Promise.resolve(says("done")), limits: { tokens: 8 } });
  assert.equal(await bench.agent("p0"), "done");
  assert.equal(await bench.agent("p1"), "done");
  await assert.rejects(bench.agent("p2"), /^WorkflowBudgetExceededError: Workflow token budget exceeded \(10 \/ 8/);
});

Deno.test("under dialect B's own cost budget an unknown price passes, with one warning", async () => {
  const limits = { costUsd: 50, isCostDefault: true };
  const bench = limitsBench({
    answer: () => Promise.resolve(says("done")),
    limits,
    dialect: "execute",
    cost: () => null,
  });
  for (let i = 0; i < 3; i++) assert.equal(await bench.agent(`p${i}`), "done");
  const warnings = bench.eventsOf("log_written");
  assert.equal(warnings.length, 1);
  assert.match(warnings[0]!.message, /price of main\/m is unknown.*\$50.*prices in config\.json/);
});
