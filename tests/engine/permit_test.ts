// How long an agent's permit is held.
import assert from "node:assert/strict";
import { setImmediate } from "node:timers/promises";
import { says } from "../agent/scripted_provider.ts";
import { limitsBench } from "./limits_bench.ts";

Deno.test("the next agent starts when an answer is committed, not before, and its script is told when it is on the disk", async () => {
  const commit = Promise.withResolvers<void>();
  const disk = Promise.withResolvers<void>();
  const bench = limitsBench({
    answer: () => Promise.resolve(says("fine")),
    limits: { concurrency: 1 },
    async record(_, onCommitted) {
      await commit.promise;
      onCommitted();
      await disk.promise;
    },
  });
  const told: string[] = [];
  const calls = ["first", "second"].map((prompt) => bench.agent(prompt).then(() => told.push(prompt)));
  const look = async () => {
    for (let turn = 0; turn < 10; turn++) await setImmediate();
    return [bench.requests.length, bench.eventsOf("step_completed").length, told.length];
  };
  assert.deepEqual(await look(), [1, 1, 0]);
  commit.resolve();
  assert.deepEqual(await look(), [2, 2, 0]);
  disk.resolve();
  await Promise.all(calls);
  assert.deepEqual(told, ["first", "second"]);
});
