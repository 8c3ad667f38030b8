import assert from "node:assert/strict";
import { FALLBACK_IDENTITY, isMergeGit, isWorktreeGit, programKeys, WORKTREE_GIT_ARGS } from "../src/worktree_git.ts";

const HOME = "/home/u/.odw";
const ROOT = `${HOME}/worktrees/0123456789abcdef/run1-1`;
const COMMIT = "a".repeat(40);
const call = (args: string[], cwd = "/work") => ({ args: [...WORKTREE_GIT_ARGS, ...args], cwd });
const add = ["worktree", "add", "--quiet", "--no-checkout", "--no-track", "-b"];

Deno.test("isWorktreeGit() takes odw's own calls only", () => {
  assert.ok(isWorktreeGit(call([...add, "odw/run1/1", ROOT, COMMIT]), HOME));
  assert.ok(isWorktreeGit(call(["update-ref", "-d", "refs/heads/odw/run1/1", COMMIT]), HOME));
  assert.ok(isWorktreeGit(call(["reset", "--quiet", "--hard"], ROOT), HOME));
  for (
    const args of [
      [],
      ["push"],
      [...add, "main", ROOT, COMMIT],
      [...add, "odw/run1/1", "/copy/x", COMMIT],
      [...add, "odw/run1/1", `${HOME}/worktrees/0123456789abcdef/../../run-1`, COMMIT],
      [...add, "odw/run1/1", `${HOME}/worktrees/0123456789abcdef/run1-1/x`, COMMIT],
      [...add, "odw/run1/1", ROOT, "--force"],
      ["worktree", "remove", "--force", "--force", "/copy/x"],
      ["update-ref", "-d", "refs/heads/main", COMMIT],
      ["update-ref", "-d", "refs/heads/odw/run1/1\n", COMMIT],
      ["diff", "--no-index", "/dev/null", "/etc/passwd"],
      ["rev-parse", "--verify", "--quiet", "HEAD^{commit}", "--exec-path"],
      ["reset", "--quiet", "--hard"],
      ["config", "--get", "remote.origin.url"],
    ]
  ) assert.equal(isWorktreeGit(call(args), HOME), false, args.join(" "));
});

Deno.test("isWorktreeGit() takes nothing without its safe prefix, or with more before it", () => {
  assert.equal(isWorktreeGit({ args: ["worktree", "list", "--porcelain"], cwd: "/work" }, HOME), false);
  assert.ok(isWorktreeGit(call(["worktree", "list", "--porcelain"]), HOME));
  const more = {
    args: ["-c", "core.fsmonitor=x", ...WORKTREE_GIT_ARGS, "worktree", "list", "--porcelain"],
    cwd: "/work",
  };
  assert.equal(isWorktreeGit(more, HOME), false);
  assert.equal(isWorktreeGit(call(["-c", "core.fsmonitor=x", "worktree", "list", "--porcelain"]), HOME), false);
  assert.equal(isWorktreeGit(call([...add, "odw/run1/1", ROOT, COMMIT]), ""), false);
});

Deno.test("isMergeGit() alone takes what merges, and writes only inside odw's worktrees or as a fast-forward", () => {
  const commit = [...FALLBACK_IDENTITY, "commit", "--quiet", "--no-verify", "-m", "odw: x"];
  for (const args of [["add", "--all"], commit, commit.slice(FALLBACK_IDENTITY.length)]) {
    assert.ok(isMergeGit(call(args, ROOT), HOME));
    assert.equal(isMergeGit(call(args, "/work"), HOME), false);
    assert.equal(isWorktreeGit(call(args, ROOT), HOME), false);
  }
  assert.ok(isMergeGit(call(["merge", "--quiet", "--no-autostash", "--ff-only", COMMIT]), HOME));
  assert.equal(isMergeGit(call(["merge", "--quiet", "--no-autostash", "--ff-only", "main"]), HOME), false);
  assert.equal(isMergeGit(call(["update-ref", "-m", "odw: x", "refs/heads/../x", COMMIT, COMMIT]), HOME), false);
});

Deno.test("programKeys() finds the settings that start programs", () => {
  const names = ["filter.lfs.smudge", "Filter.a.b.Process", "merge.ours.driver", "filter.lfs.required", "user.name"];
  assert.deepEqual(programKeys(names), names.slice(0, 3));
});
