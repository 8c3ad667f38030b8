import assert from "node:assert/strict";
import { Backlog } from "../../src/engine/backlog.ts";

Deno.test("a backlog lets its size in at once, the others as those leave, first in, first out", async () => {
  const backlog = new Backlog(2);
  const entered: string[] = [];
  const all = ["a", "b", "c", "d"].map(async (step) => {
    await backlog.enter(step);
    entered.push(step);
  });
  await settle();
  assert.deepEqual(entered, ["a", "b"]);
  backlog.leave();
  await settle();
  assert.deepEqual(entered, ["a", "b", "c"]);
  backlog.leave();
  await Promise.all(all);
  assert.deepEqual(entered, ["a", "b", "c", "d"]);
});

Deno.test("a call that is dropped while it waits is refused and takes no place", async () => {
  const backlog = new Backlog(1);
  assert.equal(backlog.enter("a"), null);
  const dropped = backlog.enter("b");
  const next = backlog.enter("c");
  assert.equal(backlog.drop("b", new Error("skipped")), true);
  await assert.rejects(dropped!, /skipped/);
  backlog.leave();
  await next;
  assert.equal(backlog.drop("c", new Error("too late")), false);
});

async function settle(): Promise<void> {
  for (let i = 0; i < 10; i++) await Promise.resolve();
}
