// How long an agent's permit is held.
import assert from "node:assert/strict";
import { setImmediate } from "node:timers/promises";
import { says } from "../agent/scripted_provider.ts";
import { limitsBench } from "./limits_bench.ts";

// Else a disk that breaks, or a machine that dies, would lose more calls than were in flight.
Deno.test("the next agent starts when the answer before it is on the disk, not before", async () => {
  const disk = Promise.withResolvers<void>();
  const bench = limitsBench({
    answer: () => Promise.resolve(says("fine")),
    limits: { concurrency: 1 },
    onDisk: (events) => events.some(({ type }) => type === "step_completed") ? disk.promise : Promise.resolve(),
  });
  const told: string[] = [];
  const calls = ["first", "second"].map((prompt) => bench.agent(prompt).then(() => told.push(prompt)));
  const look = async () => {
    for (let turn = 0; turn < 10; turn++) await setImmediate();
    return [bench.requests.length, bench.eventsOf("step_completed").length, told.length];
  };
  assert.deepEqual(await look(), [1, 1, 0]);
  disk.resolve();
  await Promise.all(calls);
  assert.deepEqual(await look(), [2, 2, 2]);
  assert.deepEqual(told, ["first", "second"]);
});
