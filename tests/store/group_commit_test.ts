// Appends of one turn of the event loop share one transaction.
import assert from "node:assert/strict";
import { setImmediate } from "node:timers";
import type { EventBody } from "../../src/run.ts";
import { type Batch, GroupCommit } from "../../src/store/group_commit.ts";

const EVENT: EventBody = { type: "run_started" };

function batch(runId: string): Batch {
  return { runId, owner: undefined, events: [{ event: EVENT, body: "{}", at: 0 }] };
}

interface Recorder {
  commits: string[][];
  group: GroupCommit;
  /** Ends the oldest write to the disk that is under way. */
  persisted: (error?: Error) => void;
  /** Writes to the disk that were asked for. */
  persists: () => number;
}

/** `isSlow`: the disk answers when the test says so; else at once. */
function recorder(commit: (batches: Batch[]) => Map<number, Error> = () => new Map(), isSlow = false): Recorder {
  const commits: string[][] = [];
  const disk: PromiseWithResolvers<void>[] = [];
  let persists = 0;
  const group = new GroupCommit((batches) => {
    commits.push(batches.map((one) => one.runId));
    return commit(batches);
  }, () => {
    persists++;
    if (!isSlow) return Promise.resolve();
    const write = Promise.withResolvers<void>();
    disk.push(write);
    return write.promise;
  });
  const persisted = (error?: Error) => error ? disk.shift()?.reject(error) : disk.shift()?.resolve();
  return { commits, group, persisted, persists: () => persists };
}

Deno.test("a commit that fails rejects everything in it, and the next one works", async () => {
  let fails = true;
  const { group } = recorder(() => {
    if (fails) throw new Error("full");
    return new Map();
  });
  const outcomes = await Promise.allSettled([group.add(batch("a")), group.add(batch("b"))]);
  assert.deepEqual(outcomes.map((outcome) => outcome.status), ["rejected", "rejected"]);
  fails = false;
  await group.add(batch("c"));
});

Deno.test("a batch that is refused is rejected alone", async () => {
  const { group } = recorder(() => new Map([[1, new Error("not yours")]]));
  const outcomes = await Promise.allSettled([group.add(batch("a")), group.add(batch("b")), group.add(batch("c"))]);
  assert.deepEqual(outcomes.map((outcome) => outcome.status), ["fulfilled", "rejected", "fulfilled"]);
});

Deno.test("what is added in one turn, also after promises, is one commit in order", async () => {
  const { commits, group } = recorder();
  const first = group.add(batch("a"));
  const later = Promise.resolve().then(() => Promise.resolve()).then(() => group.add(batch("b")));
  await Promise.all([first, later, group.add(batch("c"))]);
  assert.deepEqual(commits, [["a", "c", "b"]]);
});

Deno.test("flush commits at once, and nothing a second time", async () => {
  const { commits, group } = recorder();
  const added = group.add(batch("a"));
  group.flush();
  assert.deepEqual(commits, [["a"]]);
  await added;
  group.flush();
  await group.add(batch("b"));
  assert.deepEqual(commits, [["a"], ["b"]]);
});

Deno.test("nobody is told before the disk has it, and what comes meanwhile is the next group", async () => {
  const { commits, group, persisted, persists } = recorder(undefined, true);
  const told: string[] = [];
  const tell = (id: string) => group.add(batch(id)).then(() => told.push(id));
  const first = tell("a");
  await nextTurn();
  assert.deepEqual([commits, told, persists()], [[["a"]], [], 1]);
  const others = [tell("b"), tell("c")];
  await nextTurn();
  assert.deepEqual(commits, [["a"]]);
  persisted();
  await first;
  await nextTurn();
  assert.deepEqual([commits, told, persists()], [[["a"], ["b", "c"]], ["a"], 2]);
  persisted();
  await Promise.all(others);
  assert.deepEqual(told, ["a", "b", "c"]);
});

Deno.test("a disk that fails rejects what was not known to be on it, and the next group works", async () => {
  const { group, persisted } = recorder(undefined, true);
  const lost = group.add(batch("a"));
  await nextTurn();
  persisted(new Error("I/O error"));
  await assert.rejects(lost, /I\/O error/);
  const kept = group.add(batch("b"));
  await nextTurn();
  persisted();
  await kept;
});

Deno.test("drain settles when everything is on the disk", async () => {
  const { group, persisted } = recorder(undefined, true);
  let isDrained = false;
  const added = group.add(batch("a"));
  const drained = group.drain().then(() => isDrained = true);
  await nextTurn();
  assert.equal(isDrained, false);
  persisted();
  await Promise.all([added, drained]);
});

/** The end of this turn of the event loop, after what was scheduled for it before. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
