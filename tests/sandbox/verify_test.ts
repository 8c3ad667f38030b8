// verify(), judge() and untilDry(): who died is told apart from who refused.
import assert from "node:assert/strict";
import { type Answer, emptyTold, runBody, runExecute } from "./fake_host.ts";

type Verified = { passed: boolean; refuted: boolean; unverified: number; testError?: string };
const CRITICS = `target: { n: 1 }, critics: [{ prompt: "one", role: "r" }, { prompt: "two" }]`;
const approve: Answer = () => ({ approved: true, confidence: 1 });
const refuse: Answer = () => ({ approved: false, confidence: 1, rejectedItems: ["x"] });

Deno.test("a critic's prompt stands first, then a blank line, then the target as JSON", async () => {
  const told = emptyTold();
  await runExecute(`return await verify({ ${CRITICS} });`, { answer: approve }, told);
  assert.equal(told.requests[0]?.prompt, 'one\n\n{"n":1}');
  assert.equal(told.requests[0]?.role, "r");
});

Deno.test("critics that died pass nothing and refute nothing, in both dialects", async () => {
  const answer: Answer = () => Promise.reject(new Error("gone"));
  for (const run of [runBody, runExecute]) {
    const result = await run(`return await verify({ ${CRITICS} });`, { answer }) as unknown as Verified;
    assert.deepEqual([result.passed, result.refuted, result.unverified], [false, false, 2]);
  }
});

Deno.test("adversarial and consensus count rejections and approvals against the threshold", async () => {
  for (const mode of ["adversarial", "consensus"]) {
    const good = await runBody(`return await verify({ ${CRITICS}, mode: "${mode}" });`, { answer: approve });
    assert.equal((good as unknown as Verified).passed, true);
    const bad = await runBody(`return await verify({ ${CRITICS}, mode: "${mode}" });`, { answer: refuse });
    assert.deepEqual([(bad as unknown as Verified).passed, (bad as unknown as Verified).refuted], [false, true]);
  }
});

Deno.test("test-gated fails closed when the command is not permitted", async () => {
  const result = await runBody(`return await verify({ ${CRITICS}, mode: "test-gated", testCommand: "npm test" });`, {
    answer: approve,
  }) as unknown as Verified;
  assert.equal(result.passed, false);
  assert.match(result.testError ?? "", /not permitted/);
});

Deno.test("verify() without a target or a critic throws", async () => {
  await assert.rejects(runBody(`return await verify({ critics: ["a"] });`), /needs a target/);
  await assert.rejects(runBody(`return await verify({ target: 1, critics: [] });`), /one or more critics/);
});

Deno.test("judge() cancels a preference for the first place and finds the better candidate", async () => {
  const biased: Answer = () => ({ scores: [9, 1].map((score, i) => ({ candidate: i + 1, score, reason: "" })) });
  const { scores } = await runBody(`return await judge(["GOOD", "BAD"], "quality");`, { answer: biased }) as never;
  assert.deepEqual(scores, [5, 5]);
  const told = await runBody(`return await judge(["BAD", "GOOD"], "quality");`, {
    answer: ({ prompt }) => {
      const isGoodFirst = prompt.indexOf("GOOD") < prompt.indexOf("BAD");
      return { scores: [1, 2].map((n) => ({ candidate: n, score: (n === 1) === isGoodFirst ? 8 : 3, reason: "" })) };
    },
  }) as { winner: string; index: number; agreement: number };
  assert.deepEqual([told.winner, told.index, told.agreement], ["GOOD", 1, 1]);
});

Deno.test("untilDry() gives each item once, in order, and a failed round proves nothing", async () => {
  const rounds = `[["a", "B"], null, ["b", "c"], ["C "]]`;
  const result = await runBody(`const all = ${rounds}; return await untilDry((round) => all[round]);`);
  assert.deepEqual(result, { items: ["a", "B", "c"], rounds: 4, isDry: true, failedRounds: 1 });
});
