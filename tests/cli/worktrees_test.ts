// Promises of `odw worktrees`.
import assert from "node:assert/strict";
import type { WorktreeInfo } from "../../src/worktree.ts";
import { createFakeEngine } from "./fake_engine.ts";
import { cli } from "./fake_world.ts";

const WORKTREES: WorktreeInfo[] = [1, 2].map((n) => ({
  path: `/odw/worktrees/r-${n}`,
  root: `/odw/worktrees/r-${n}`,
  branch: `odw/r/${n}`,
  base: "c0ffee",
  runId: "r",
  step: `step${n}#1`,
  changedFiles: n - 1,
  createdAt: "2026-11-22T10:00:00.000Z",
  isInUse: false,
  isMissing: false,
}));

Deno.test("worktrees refuses what it cannot do before anything is done, and exits 2", async () => {
  const cases: [string[], RegExp][] = [
    [["lsit"], /cannot "lsit"/],
    [["diff"], /worktrees diff needs a worktree/],
    [["diff", "a", "b"], /takes one worktree, got 2/],
    [["merge"], /worktrees merge needs a worktree/],
    [["remove"], /worktrees remove needs a worktree/],
    [["list", "a"], /list takes no worktree/],
  ];
  for (const [args, message] of cases) {
    const engine = createFakeEngine();
    const { code, err } = await cli(["worktrees", ...args], { engine });
    assert.equal(code, 2, err);
    assert.match(err, message);
    assert.deepEqual(engine.asked, []);
  }
});

Deno.test("worktrees lists branches with what they hold, and JSON for programs", async () => {
  const { out } = await cli(["worktrees"], { engine: createFakeEngine({ worktrees: WORKTREES }) });
  assert.match(out, /BRANCH.*FILES.*PATH/);
  assert.match(out, /odw\/r\/1 {2}unchanged/);
  assert.match(out, /odw\/r\/2 {2}1 changed/);
  const json = await cli(["worktrees", "list", "--json"], { engine: createFakeEngine({ worktrees: WORKTREES }) });
  assert.deepEqual(JSON.parse(json.out), WORKTREES);
  const none = await cli(["worktrees"], { engine: createFakeEngine() });
  assert.equal(none.out, "");
  assert.match(none.err, /no agent has left a worktree/);
});

Deno.test("worktrees diff prints the diff as it is; merge and remove say what they did", async () => {
  const engine = createFakeEngine({ diff: "--- a\n+++ b\n" });
  assert.equal((await cli(["worktrees", "diff", "odw/r/1"], { engine })).out, "--- a\n+++ b\n");
  const merged = await cli(["worktrees", "merge", "odw/r/1", "--into", "next"], { engine });
  assert.match(merged.err, /merged odw\/r\/1 into next \(c0ffee\)/);
  const removed = await cli(["worktrees", "remove", "odw/r/1", "odw/r/2", "--force"], { engine });
  assert.equal(removed.out, "odw/r/1\nodw/r/2\n");
  assert.deepEqual(engine.asked, [
    ["diff", "odw/r/1"],
    ["merge", "odw/r/1", "next"],
    ["remove", "odw/r/1", "true"],
    ["remove", "odw/r/2", "true"],
  ]);
});
