import assert from "node:assert/strict";
import { join } from "node:path";
import type { Worktree, Worktrees } from "../../src/worktree.ts";
import { Place } from "./place.ts";

/** A kept worktree with these files written. */
async function kept(
  place: Place,
  files: Record<string, string>,
): Promise<{ worktrees: Worktrees; worktree: Worktree }> {
  const worktrees = place.worktrees();
  const worktree = await worktrees.create({ runId: "run1", step: "step1" });
  await place.write(files, worktree.root);
  assert.equal((await worktrees.release(worktree)).isKept, true);
  return { worktrees, worktree };
}

async function state(place: Place): Promise<string> {
  const parts = [["rev-parse", "HEAD"], ["status", "--porcelain"], ["diff"], ["worktree", "list", "--porcelain"], [
    "stash",
    "list",
  ]];
  return (await Promise.all(parts.map((args) => place.git(args)))).join("\n");
}

Deno.test("merge() commits what is uncommitted and brings it into the branch that is checked out", async () => {
  await using place = await Place.withCommit();
  const { worktrees, worktree } = await kept(place, { "a.txt": "agent\n", "dir/new ü.txt": "new\n" });
  const merged = await worktrees.merge("run1", {});
  assert.equal(merged.branch, "odw/run1/1");
  assert.equal(merged.into, "main");
  assert.equal((await place.git(["rev-parse", "main"])).trim(), merged.commit);
  assert.equal(await Deno.readTextFile(join(place.repository, "a.txt")), "agent\n");
  assert.equal(await Deno.readTextFile(join(place.repository, "dir/new ü.txt")), "new\n");
  assert.equal(await place.git(["status", "--porcelain"]), "");
  assert.match(await place.git(["log", "-1", "--format=%an %s"]), /^odw odw: changes of step step1 of run run1/);
  await worktrees.remove("run1", { force: false });
  await assert.rejects(Deno.stat(worktree.root), Deno.errors.NotFound);
  assert.equal(await place.git(["branch", "--list", "odw/*"]), "");
});

Deno.test("merge() signs with the user's own identity where git has one", async () => {
  await using place = await Place.withCommit();
  await place.git(["config", "user.name", "Ada"]);
  await place.git(["config", "user.email", "ada@localhost"]);
  const { worktrees } = await kept(place, { "a.txt": "agent\n" });
  await worktrees.merge("odw/run1/1", {});
  assert.equal((await place.git(["log", "-1", "--format=%an <%ae>"])).trim(), "Ada <ada@localhost>");
});

Deno.test("merge() makes a merge commit where the branch has gone on, from a folder below the root too", async () => {
  await using place = await Place.withCommit({ "a.txt": "one\n", "sub/b.txt": "b\n" });
  await kept(place, { "new.txt": "new\n" });
  await place.write({ "a.txt": "user\n" });
  const user = await place.commit("user");
  await place.write({ "untracked.txt": "mine", "sub/b.txt": "not committed\n" });
  const { commit } = await place.worktrees({ cwd: join(place.repository, "sub") }).merge("run1", {});
  const parents = (await place.git(["log", "-1", "--format=%P", commit])).trim().split(" ");
  assert.equal(parents.length, 2);
  assert.equal(parents[0], user);
  assert.equal((await place.git(["log", "-1", "--format=%s"])).trim(), "Merge odw/run1/1 into main");
  assert.equal(await Deno.readTextFile(join(place.repository, "new.txt")), "new\n");
  assert.equal(await Deno.readTextFile(join(place.repository, "sub/b.txt")), "not committed\n");
});

Deno.test("merge() with a conflict changes nothing, names the files and says how to do it by hand", async () => {
  await using place = await Place.withCommit();
  const { worktrees, worktree } = await kept(place, { "a.txt": "agent\n" });
  await place.write({ "a.txt": "user\n" });
  await place.commit("user");
  await place.write({ "mine.txt": "mine" });
  const before = await state(place);
  await assert.rejects(worktrees.merge("run1", {}), {
    code: "conflict",
    message: /both changed a\.txt; merge it by hand with `git switch main` and `git merge odw\/run1\/1`/,
  });
  assert.equal((await state(place)).replace(/^HEAD .*$/gm, ""), before.replace(/^HEAD .*$/gm, ""));
  assert.equal(await Deno.readTextFile(join(worktree.root, "a.txt")), "agent\n");
});

Deno.test("merge() into a working tree whose own changes are in the way changes nothing and says so", async () => {
  await using place = await Place.withCommit();
  const { worktrees } = await kept(place, { "a.txt": "agent\n", "new.txt": "agent\n" });
  await place.write({ "a.txt": "not committed\n", "new.txt": "untracked\n" });
  const head = await place.git(["rev-parse", "HEAD"]);
  await assert.rejects(worktrees.merge("run1", {}), { code: "conflict", message: /commit or stash your changes/ });
  assert.equal(await place.git(["rev-parse", "HEAD"]), head);
  assert.equal(await Deno.readTextFile(join(place.repository, "a.txt")), "not committed\n");
  assert.equal(await Deno.readTextFile(join(place.repository, "new.txt")), "untracked\n");
  await place.git(["checkout", "--quiet", "a.txt"]);
  await Deno.remove(join(place.repository, "new.txt"));
  await worktrees.merge("run1", {});
  assert.equal(await Deno.readTextFile(join(place.repository, "new.txt")), "agent\n");
});

Deno.test("merge() does not touch a merge that the user is in the middle of", async () => {
  await using place = await Place.withCommit();
  const { worktrees } = await kept(place, { "new.txt": "agent\n" });
  await place.git(["switch", "--quiet", "-c", "other"]);
  await place.write({ "a.txt": "other\n" });
  await place.commit("other");
  await place.git(["switch", "--quiet", "main"]);
  await place.write({ "a.txt": "main\n" });
  await place.commit("main");
  await place.git(["merge", "other"]).catch(() => {});
  const before = await place.git(["status", "--porcelain"]);
  assert.match(before, /^UU a\.txt/);
  await assert.rejects(worktrees.merge("run1", {}), { code: "conflict" });
  assert.equal(await place.git(["status", "--porcelain"]), before);
  await place.git(["rev-parse", "--verify", "MERGE_HEAD"]);
});

Deno.test("merge() into a branch that is not checked out leaves the user's files alone", async () => {
  await using place = await Place.withCommit();
  await place.git(["branch", "release/1.x"]);
  const { worktrees } = await kept(place, { "new.txt": "agent\n" });
  const { commit } = await worktrees.merge("run1", { into: "release/1.x" });
  assert.equal((await place.git(["rev-parse", "release/1.x"])).trim(), commit);
  assert.equal(await place.git(["show", "release/1.x:new.txt"]), "agent\n");
  assert.equal(await place.git(["status", "--porcelain"]), "");
  await assert.rejects(Deno.stat(join(place.repository, "new.txt")), Deno.errors.NotFound);
  assert.equal((await place.git(["worktree", "list"])).trim().split("\n").length, 2);
});

Deno.test("merge() refuses branches that are not there, elsewhere, its own or no names, and a detached HEAD", async () => {
  await using place = await Place.withCommit();
  const { worktrees } = await kept(place, { "new.txt": "agent\n" });
  await place.git(["worktree", "add", "--quiet", "-b", "elsewhere", join(place.folder, "elsewhere")]);
  await assert.rejects(worktrees.merge("run1", { into: "missing" }), {
    code: "not_found",
    message: /no branch missing/,
  });
  await assert.rejects(worktrees.merge("run1", { into: "elsewhere" }), {
    code: "conflict",
    message: /is checked out in .*elsewhere/,
  });
  await assert.rejects(worktrees.merge("run1", { into: "odw/run1/1" }), { code: "usage", message: /into itself/ });
  for (const into of ["--force", "a..b", "x y", "", "@{u}"]) {
    await assert.rejects(worktrees.merge("run1", { into }), { code: "usage" });
  }
  await place.git(["switch", "--quiet", "--detach"]);
  await assert.rejects(worktrees.merge("run1", {}), { code: "usage", message: /--into/ });
});

Deno.test("merge() refuses what a commit of everything would lose or spoil", async () => {
  await using place = await Place.withCommit();
  const { worktrees, worktree } = await kept(place, { "sub/x.txt": "x" });
  await place.git(["init", "--quiet"], join(worktree.root, "sub"));
  await assert.rejects(worktrees.merge("run1", {}), {
    code: "conflict",
    message: /sub\/ is a git repository of its own/,
  });
  await Deno.remove(join(worktree.root, "sub/.git"), { recursive: true });
  await place.git(["switch", "--quiet", "--detach"], worktree.root);
  await assert.rejects(worktrees.merge("run1", {}), { code: "conflict", message: /another branch or commit/ });
});

Deno.test("merge() clears away what a killed merge has left", async () => {
  await using place = await Place.withCommit();
  const { worktrees, worktree } = await kept(place, { "new.txt": "agent\n" });
  const left = join(worktree.root, "../merge.0123abcd");
  await place.git(["worktree", "add", "--quiet", "--detach", left]);
  await Deno.remove(join(left, ".git"));
  await worktrees.merge("run1", {});
  await assert.rejects(Deno.stat(left), Deno.errors.NotFound);
  assert.equal((await place.git(["worktree", "list"])).trim().split("\n").length, 2);
});
