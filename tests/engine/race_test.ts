// Calls in a branch of race(): the losers end, are not billed further, and a resume does not start them.
import assert from "node:assert/strict";
import { limitsBench } from "./limits_bench.ts";
import { says } from "../agent/scripted_provider.ts";

Deno.test("a loser becomes a skipped step with its reason, and its promise stays open", async () => {
  const bench = limitsBench({ answer: () => new Promise(() => {}) });
  const lost = new AbortController();
  let isSettled = false;
  const settled = () => void (isSettled = true);
  bench.racing("p", { cancelled: lost.signal, mayStart: Promise.resolve() }).then(settled, settled);
  while (bench.requests.length === 0) await tick();
  lost.abort();
  while (bench.eventsOf("step_skipped").length === 0) await tick();
  await tick();
  assert.match(bench.eventsOf("step_skipped")[0]?.reason ?? "", /not needed any more: another branch of race\(\) won/);
  assert.equal(isSettled, false);
  assert.deepEqual(bench.eventsOf("failure_recorded"), []);
});

Deno.test("a call that lost before it may start makes no request and takes no place of the agent cap", async () => {
  const bench = limitsBench({ answer: () => Promise.resolve(says("x")), limits: { agents: 1 } });
  const lost = new AbortController();
  const { promise: mayStart, resolve } = Promise.withResolvers<void>();
  void bench.racing("p", { cancelled: lost.signal, mayStart });
  await tick();
  assert.equal(bench.requests.length, 0);
  lost.abort();
  resolve();
  while (bench.eventsOf("step_skipped").length === 0) await tick();
  assert.equal(await bench.agent("next"), "x");
  assert.equal(bench.requests.length, 1);
});

function tick(): Promise<void> {
  return new Promise((done) => setTimeout(done, 0));
}
