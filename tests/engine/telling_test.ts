// Answers that are recorded together are told in that order, however many steps each one's way takes.
import assert from "node:assert/strict";
import { Telling } from "../../src/engine/telling.ts";
import type { EventBody } from "../../src/run.ts";

function toolAnswered(key: string): EventBody {
  return {
    type: "tool_answered",
    key,
    name: "t",
    input: {},
    outcome: { status: "completed", value: key },
    durationMs: 0,
  };
}

async function steps(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await undefined;
}

Deno.test("the answer with the longer way is told first, if it was recorded first", async () => {
  const telling = new Telling();
  const told: string[] = [];
  const written = Promise.withResolvers<void>();
  const call = (key: string, way: number) =>
    telling.inOrder(key, async () => {
      telling.recorded([toolAnswered(key)]);
      await written.promise;
      await steps(way);
      return key;
    }).then((value) => told.push(value));
  const calls = [call("a", 9), call("b", 1), call("c", 4)];
  written.resolve();
  await Promise.all(calls);
  assert.deepEqual(told, ["a", "b", "c"]);
});

Deno.test("a failure keeps its place, and reaches the caller", async () => {
  const telling = new Telling();
  telling.recorded([toolAnswered("a"), toolAnswered("b")]);
  const told: string[] = [];
  const b = telling.inOrder("b", () => Promise.resolve("b")).then((value) => told.push(value));
  const a = telling.inOrder("a", () => Promise.reject(new Error("no"))).catch(({ message }) => told.push(message));
  await Promise.all([a, b]);
  assert.deepEqual(told, ["no", "b"]);
});
