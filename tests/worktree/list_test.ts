import assert from "node:assert/strict";
import { join } from "node:path";
import { Place } from "./place.ts";

/** Kept worktrees of one run, each with one new file. */
async function keep(place: Place, steps: string[], runId = "run1") {
  const worktrees = place.worktrees();
  const made = [];
  for (const step of steps) {
    const worktree = await worktrees.create({ runId, step });
    await place.write({ [`${step}.txt`]: `${step}\n` }, worktree.root);
    await worktrees.release(worktree);
    made.push(worktree);
  }
  return { worktrees, made };
}

Deno.test("list() tells whose each worktree is, oldest first, in every process", async () => {
  await using place = await Place.withCommit();
  const { made } = await keep(place, ["s1", "s2"]);
  const listed = await place.worktrees().list();
  assert.deepEqual(
    listed.map(({ createdAt: _, ...rest }) => rest),
    made.map(({ uncommitted: _, ...worktree }, at) => ({
      ...worktree,
      runId: "run1",
      step: `s${at + 1}`,
      changedFiles: 1,
      isInUse: false,
      isMissing: false,
    })),
  );
  assert.ok(listed[0]!.createdAt <= listed[1]!.createdAt);
});

Deno.test("list() holds only worktrees of this repository, seen from any of its working trees", async () => {
  await using place = await Place.withCommit();
  await keep(place, ["s1"]);
  const second = join(place.folder, "second");
  await place.git(["worktree", "add", "--quiet", second]);
  assert.equal((await place.worktrees({ cwd: second }).list()).length, 1);
  const other = join(place.folder, "other");
  await Deno.mkdir(other);
  await place.git(["init", "--quiet"], other);
  assert.deepEqual(await place.worktrees({ cwd: other }).list(), []);
});

Deno.test("diff() shows changes, commits and untracked files as a patch that git applies, and leaves the index alone", async () => {
  await using place = await Place.withCommit({
    "a.txt": "one\n",
    "old name.txt": "x\n".repeat(20),
    "gone.txt": "gone\n",
  });
  const worktrees = place.worktrees();
  const worktree = await worktrees.create({ runId: "run1", step: "s1" });
  const { root } = worktree;
  await place.write({ "a.txt": "committed\n" }, root);
  await place.commit("work", root);
  await place.git(["mv", "old name.txt", "new name.txt"], root);
  await Deno.remove(join(root, "gone.txt"));
  await place.write({
    "a.txt": "committed\nand more\n",
    'dir/ü "q".txt': "no newline",
    "with space.txt": "one\r\ntwo\n\n",
    "empty.txt": "",
    "run.sh": "#!/bin/sh\n",
  }, root);
  await Deno.chmod(join(root, "run.sh"), 0o755);
  await Deno.symlink("a.txt", join(root, "link"));
  await worktrees.release(worktree);
  const status = await place.git(["status", "--porcelain"], root);
  const patch = await worktrees.diff("s1");
  assert.equal(await place.git(["status", "--porcelain"], root), status);
  assert.match(patch, /^rename from old name\.txt$/m);
  const copy = join(place.folder, "copy");
  await place.git(["clone", "--quiet", place.repository, copy]);
  await place.git(["reset", "--quiet", "--hard", worktree.base], copy);
  await Deno.writeTextFile(join(place.folder, "p.patch"), patch);
  await place.git(["apply", join(place.folder, "p.patch")], copy);
  for (const name of ["a.txt", 'dir/ü "q".txt', "with space.txt", "empty.txt", "run.sh", "new name.txt"]) {
    assert.equal(await Deno.readTextFile(join(copy, name)), await Deno.readTextFile(join(root, name)), name);
  }
  assert.equal((await Deno.stat(join(copy, "run.sh"))).mode! & 0o111, 0o111);
  assert.equal(await Deno.readLink(join(copy, "link")), "a.txt");
  await assert.rejects(Deno.stat(join(copy, "gone.txt")), Deno.errors.NotFound);
});

Deno.test("diff() says of binary files that they differ", async () => {
  await using place = await Place.withCommit();
  const worktrees = place.worktrees();
  const worktree = await worktrees.create({ runId: "run1", step: "s1" });
  await Deno.writeFile(join(worktree.root, "x.bin"), new Uint8Array([1, 0, 2]));
  await worktrees.release(worktree);
  assert.match(await worktrees.diff("run1"), /^Binary files \/dev\/null and b\/x\.bin differ$/m);
});

Deno.test("a worktree is found by branch, run, step, path and unique prefixes, and doubt is an error that lists", async () => {
  await using place = await Place.withCommit();
  const { worktrees, made } = await keep(place, ["alpha", "beta"]);
  for (const ref of ["odw/run1/1", "run1-1", "alpha", "al", made[0]!.root]) {
    assert.match(await worktrees.diff(ref), /^\+alpha$/m, ref);
  }
  await assert.rejects(worktrees.diff("run1"), {
    code: "usage",
    message: /could be 2 worktrees: name one of odw\/run1\/1, odw\/run1\/2/,
  });
  await assert.rejects(worktrees.diff(""), { code: "not_found" });
  await assert.rejects(worktrees.diff("nothing"), {
    code: "not_found",
    message: /there are odw\/run1\/1, odw\/run1\/2/,
  });
});

Deno.test("remove() refuses changes and unmerged commits unless it is forced", async () => {
  await using place = await Place.withCommit();
  const { worktrees, made } = await keep(place, ["s1", "s2"]);
  await place.commit("work", made[1]!.root);
  for (const { branch } of made) {
    await assert.rejects(worktrees.remove(branch, { force: false }), {
      code: "conflict",
      message: /in 1 file that no other branch holds/,
    });
    await worktrees.remove(branch, { force: true });
  }
  assert.deepEqual(await worktrees.list(), []);
  assert.equal(await place.git(["branch", "--list", "odw/*"]), "");
});

Deno.test("what a crash leaves is listed and can be removed: note alone, folder alone, git's entry alone", async () => {
  await using place = await Place.withCommit();
  const { worktrees, made } = await keep(place, ["s1", "s2", "s3", "s4"]);
  const [noteOnly, folderOnly, entryOnly, noteless] = made;
  await place.git(["worktree", "remove", "--force", noteOnly!.root]);
  await place.git(["branch", "--quiet", "-D", noteOnly!.branch]);
  await Deno.rename(folderOnly!.root, folderOnly!.root + ".away");
  await place.git(["worktree", "prune"]);
  await Deno.rename(folderOnly!.root + ".away", folderOnly!.root);
  await Deno.remove(entryOnly!.root, { recursive: true });
  await Deno.remove(entryOnly!.root + ".json");
  await Deno.remove(noteless!.root + ".json");
  const listed = await worktrees.list();
  assert.deepEqual(listed.map(({ branch }) => branch).sort(), made.map(({ branch }) => branch));
  assert.ok(listed.every(({ runId }) => runId === "run1"));
  await worktrees.remove(noteOnly!.branch, { force: false });
  await worktrees.remove(entryOnly!.branch, { force: false });
  for (const { branch } of [folderOnly!, noteless!]) {
    await assert.rejects(worktrees.remove(branch, { force: false }), { code: "conflict" });
    await worktrees.remove(branch, { force: true });
  }
  assert.deepEqual(await worktrees.list(), []);
  assert.equal((await place.git(["worktree", "list"])).trim().split("\n").length, 1);
  assert.equal(await place.git(["branch", "--list", "odw/*"]), "");
});

Deno.test("a damaged note hides nothing", async () => {
  await using place = await Place.withCommit();
  const { worktrees, made } = await keep(place, ["s1"]);
  await Deno.writeTextFile(made[0]!.root + ".json", "{");
  const [info] = await worktrees.list();
  assert.equal(info!.branch, made[0]!.branch);
  assert.equal(info!.step, null);
  assert.equal(info!.changedFiles, 1);
});
