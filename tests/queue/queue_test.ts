import assert from "node:assert/strict";
import { setImmediate } from "node:timers";
import type { AgentCall, AgentResult, AgentRunner } from "../../src/agent.ts";
import { noUsage } from "../../src/provider.ts";
import type { Task } from "../../src/queue.ts";
import { openQueue } from "../../src/queue/open.ts";
import { settle } from "./lane_bench.ts";

const DONE: AgentResult = {
  status: "completed",
  value: "done",
  attempts: 1,
  usage: noUsage(),
  costUsd: 0,
  model: "a/b",
};

/** A runner whose calls end when the test says so. */
function heldRunner() {
  const running: { prompt: string; end: () => void }[] = [];
  const started: string[] = [];
  let most = 0;
  const runner: Pick<AgentRunner, "run"> = {
    run(call) {
      started.push(call.request.prompt);
      const { promise, resolve } = Promise.withResolvers<AgentResult>();
      const entry = { prompt: call.request.prompt, end: () => resolve(DONE) };
      running.push(entry);
      most = Math.max(most, running.length);
      return promise.finally(() => running.splice(running.indexOf(entry), 1));
    },
  };
  return { runner: runner as AgentRunner, running, started, most: () => most };
}

function task(prompt: string, options: { lane?: string; run?: string; permits?: number; ofRun?: number } = {}): Task {
  const { lane = "a", run = "r1", permits = 16, ofRun = 16 } = options;
  const route = { provider: lane, modelId: "m", lane, concurrency: permits };
  const call: AgentCall = { request: { prompt }, handling: {}, route, tools: [], warnings: [] };
  return { runId: run, stepId: prompt, runConcurrency: ofRun, call };
}

const options = { signal: new AbortController().signal };

Deno.test("a lane never runs more than its permits, and starts first in, first out", async () => {
  const held = heldRunner();
  const queue = openQueue({ runner: held.runner, warmCache: false });
  const all = Array.from({ length: 20 }, (_, i) => queue.submit(task(`p${i}`, { permits: 3 }), options));
  for (let done = 0; done < 20; done++) {
    await settle();
    held.running[0]?.end();
  }
  await Promise.all(all);
  assert.equal(held.most(), 3);
  assert.deepEqual(held.started, Array.from({ length: 20 }, (_, i) => `p${i}`));
});

Deno.test("agents that could begin together begin in turns of the event loop of their own, over all lanes", async () => {
  const turns: number[] = [];
  let turn = 0;
  const count = () => {
    turn++;
    if (turns.length < 8) setImmediate(count);
  };
  setImmediate(count);
  const run = () => {
    turns.push(turn);
    return Promise.resolve(DONE);
  };
  const queue = openQueue({ runner: { run } as unknown as AgentRunner, warmCache: false });
  await Promise.all(
    Array.from({ length: 8 }, (_, i) => queue.submit(task(`p${i}`, { lane: i % 2 ? "a" : "b" }), options)),
  );
  assert.equal(new Set(turns).size, 8, `begun in turns ${turns}`);
});

Deno.test("an agent that is aborted while it waits for its turn is never started", async () => {
  const held = heldRunner();
  const queue = openQueue({ runner: held.runner, warmCache: false });
  const controller = new AbortController();
  const first = queue.submit(task("first"), options);
  const second = queue.submit(task("second"), { signal: controller.signal });
  const third = queue.submit(task("third"), options);
  for (let i = 0; i < 10; i++) await Promise.resolve();
  controller.abort(new Error("enough"));
  await assert.rejects(second, /enough/);
  await settle();
  assert.deepEqual(held.started, ["first", "third"]);
  for (const { end } of [...held.running]) end();
  await Promise.all([first, third]);
});

Deno.test("a run never has more agents at once than its own limit, over all lanes", async () => {
  const held = heldRunner();
  const queue = openQueue({ runner: held.runner, warmCache: false });
  const all = Array.from(
    { length: 12 },
    (_, i) => queue.submit(task(`p${i}`, { lane: i % 2 ? "a" : "b", ofRun: 4 }), options),
  );
  for (let done = 0; done < 12; done++) {
    await settle();
    held.running[0]?.end();
  }
  await Promise.all(all);
  assert.equal(held.most(), 4);
});

Deno.test("a slow lane does not hold up another lane of the same run", async () => {
  const held = heldRunner();
  const queue = openQueue({ runner: held.runner, warmCache: false });
  const slow = Array.from(
    { length: 30 },
    (_, i) => queue.submit(task(`slow${i}`, { lane: "slow", permits: 2 }), options),
  );
  const fast = queue.submit(task("fast", { lane: "fast" }), options);
  await settle();
  assert.ok(held.started.includes("fast"));
  while (held.running.length > 0) {
    held.running[0]?.end();
    await settle();
  }
  await Promise.all([...slow, fast]);
});

Deno.test("an agent whose run is at its limit lets those of other runs pass, and keeps its place", async () => {
  const held = heldRunner();
  const queue = openQueue({ runner: held.runner, warmCache: false });
  const first = Array.from({ length: 4 }, (_, i) => queue.submit(task(`a${i}`, { permits: 3, ofRun: 1 }), options));
  const second = Array.from({ length: 3 }, (_, i) => queue.submit(task(`b${i}`, { run: "r2", permits: 3 }), options));
  await settle();
  assert.deepEqual(held.started, ["a0", "b0", "b1"]);
  held.running[0]?.end();
  await settle();
  assert.deepEqual(held.started, ["a0", "b0", "b1", "a1"]);
  while (held.running.length > 0) {
    held.running[0]?.end();
    await settle();
  }
  await Promise.all([...first, ...second]);
  assert.equal(held.most(), 3);
});

Deno.test("an aborted task that waits rejects with the signal's reason and is never started", async () => {
  const held = heldRunner();
  const queue = openQueue({ runner: held.runner, warmCache: false });
  const controller = new AbortController();
  const first = queue.submit(task("first", { permits: 1 }), options);
  const second = queue.submit(task("second", { permits: 1 }), { signal: controller.signal });
  await settle();
  const reason = new Error("stop");
  controller.abort(reason);
  await assert.rejects(second, (error) => error === reason);
  held.running[0]?.end();
  await first;
  assert.deepEqual(held.started, ["first"]);
});

Deno.test("what onStarted throws rejects the task and gives the permit back", async () => {
  const held = heldRunner();
  const queue = openQueue({ runner: held.runner, warmCache: false });
  const refused = queue.submit(task("refused", { permits: 1 }), {
    ...options,
    onStarted: () => {
      throw new Error("no budget");
    },
  });
  await assert.rejects(refused, /no budget/);
  const next = queue.submit(task("next", { permits: 1 }), options);
  await settle();
  held.running[0]?.end();
  assert.equal((await next).status, "completed");
  assert.deepEqual(held.started, ["next"]);
});

Deno.test("of a fan-out with a long common beginning the first call goes ahead, when that is switched on", async () => {
  const beginning = "x".repeat(5000);
  for (const warmCache of [true, false]) {
    const held = heldRunner();
    const queue = openQueue({ runner: held.runner, warmCache });
    const all = Array.from({ length: 5 }, (_, i) => queue.submit(task(`${beginning}${i}`), options));
    await settle();
    assert.equal(held.started.length, warmCache ? 1 : 5);
    held.running[0]?.end();
    await settle();
    assert.equal(held.started.length, 5);
    for (const entry of [...held.running]) entry.end();
    await Promise.all(all);
  }
});

Deno.test("calls with different beginnings do not wait for each other", async () => {
  const held = heldRunner();
  const queue = openQueue({ runner: held.runner, warmCache: true });
  const all = Array.from({ length: 3 }, (_, i) => queue.submit(task(`${i}${"x".repeat(5000)}`), options));
  await settle();
  assert.equal(held.started.length, 3);
  for (const entry of [...held.running]) entry.end();
  await Promise.all(all);
});
