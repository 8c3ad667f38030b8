import assert from "node:assert/strict";
import { join } from "node:path";
import type { OdwError } from "../../src/errors.ts";
import type { ProgramRequest } from "../../src/programs.ts";
import { Place } from "./place.ts";

const OWNER = { runId: "run1", step: "step1" };

Deno.test("create() outside a git repository is denied and says so; list() is empty there", async () => {
  await using place = new Place();
  const worktrees = place.worktrees();
  await assert.rejects(worktrees.create(OWNER), (error: OdwError) => {
    assert.equal(error.code, "denied");
    assert.match(error.message, /is not in a git repository/);
    return true;
  });
  assert.deepEqual(await worktrees.list(), []);
});

Deno.test("create() without a commit is denied and says what to do", async () => {
  await using place = new Place();
  await place.git(["init", "--quiet"]);
  await assert.rejects(place.worktrees().create(OWNER), {
    code: "denied",
    message: /has no commit yet; commit something/,
  });
});

Deno.test("create() in a bare repository is denied", async () => {
  await using place = new Place();
  await place.git(["init", "--quiet", "--bare"]);
  await assert.rejects(place.worktrees().create(OWNER), { code: "denied", message: /bare repository/ });
});

Deno.test("create() in git's own folder is denied", async () => {
  await using place = await Place.withCommit();
  const worktrees = place.worktrees({ cwd: join(place.repository, ".git") });
  await assert.rejects(worktrees.create(OWNER), { code: "denied", message: /git's own folder/ });
});

Deno.test("create() works in a repository that is made after a first failure", async () => {
  await using place = new Place();
  const worktrees = place.worktrees();
  await assert.rejects(worktrees.create(OWNER), { code: "denied" });
  await place.git(["init", "--quiet"]);
  await place.commit("first");
  await worktrees.release(await worktrees.create(OWNER));
});

Deno.test("create() gives a folder of its own at HEAD with a branch of its own", async () => {
  await using place = await Place.withCommit();
  const base = (await place.git(["rev-parse", "HEAD"])).trim();
  await place.write({ "a.txt": "not committed" });
  const worktrees = place.worktrees();
  const worktree = await worktrees.create(OWNER);
  assert.equal(worktree.base, base);
  assert.equal(worktree.branch, "odw/run1/1");
  assert.equal(worktree.path, worktree.root);
  assert.equal(await Deno.readTextFile(join(worktree.root, "a.txt")), "one\ntwo\nthree\n");
  assert.equal((await place.git(["symbolic-ref", "HEAD"], worktree.root)).trim(), "refs/heads/odw/run1/1");
  assert.equal(await place.git(["status", "--porcelain"], worktree.root), "");
  await worktrees.release(worktree);
});

Deno.test("create() gives the place that the workspace has in the repository, even where git holds nothing", async () => {
  await using place = await Place.withCommit({ "pa ckä/ge/x.txt": "x" });
  for (const sub of ["pa ckä/ge", "empty/dir"]) {
    const cwd = join(place.repository, sub);
    await Deno.mkdir(cwd, { recursive: true });
    const worktrees = place.worktrees({ cwd });
    const worktree = await worktrees.create(OWNER);
    assert.equal(worktree.path, join(worktree.root, sub));
    assert.ok((await Deno.stat(worktree.path)).isDirectory);
    assert.deepEqual(await worktrees.release(worktree), { isKept: false, changedFiles: 0 });
  }
});

Deno.test("create() works at a detached HEAD, in a shallow clone and in the middle of a rebase", async () => {
  await using place = await Place.withCommit();
  await place.write({ "a.txt": "main\n" });
  await place.commit("on main");
  await place.git(["switch", "--quiet", "-c", "other", "HEAD~1"]);
  await place.write({ "a.txt": "other\n" });
  await place.commit("on other");
  await place.git(["rebase", "main"]).catch(() => {});
  assert.match(await place.git(["status"]), /rebas/);
  const worktrees = place.worktrees();
  assert.equal((await worktrees.release(await worktrees.create(OWNER))).isKept, false);
  await place.git(["rebase", "--abort"]);
  await place.git(["switch", "--quiet", "--detach", "main"]);
  assert.equal((await worktrees.release(await worktrees.create(OWNER))).isKept, false);
  const clone = join(place.folder, "clone");
  await place.git(["clone", "--quiet", "--depth=1", `file://${encodeURI(place.repository)}`, clone]).catch(() =>
    place.git(["clone", "--quiet", "--depth=1", `file://${place.repository}`, clone])
  );
  const inClone = place.worktrees({ cwd: clone });
  assert.equal((await inClone.release(await inClone.create(OWNER))).isKept, false);
});

Deno.test("create() works with submodules, whose folders stay empty, and a clean one goes again", async () => {
  await using place = await Place.withCommit();
  await using other = await Place.withCommit();
  await place.git(["-c", "protocol.file.allow=always", "submodule", "--quiet", "add", other.repository, "sub"]);
  await place.commit("submodule");
  const worktrees = place.worktrees();
  const worktree = await worktrees.create(OWNER);
  assert.deepEqual([...Deno.readDirSync(join(worktree.root, "sub"))], []);
  assert.deepEqual(await worktrees.release(worktree), { isKept: false, changedFiles: 0 });
  assert.deepEqual(await worktrees.list(), []);
});

Deno.test("no hook of the repository runs, and no program that its settings name", async () => {
  await using place = await Place.withCommit({ "a.txt": "one\n", ".gitattributes": "*.txt filter=evil diff=evil\n" });
  const mark = join(place.folder, "mark");
  for (
    const hook of [
      "post-checkout",
      "pre-commit",
      "post-commit",
      "reference-transaction",
      "post-merge",
      "post-index-change",
    ]
  ) {
    await Deno.writeTextFile(join(place.repository, ".git/hooks", hook), `#!/bin/sh\necho ${hook} >> "${mark}"\n`, {
      mode: 0o755,
    });
  }
  await place.git(["config", "core.fsmonitor", `touch '${mark}'; false`]);
  await place.git(["config", "diff.external", `touch '${mark}'`]);
  await place.git(["config", "diff.evil.textconv", `touch '${mark}'; cat`]);
  const worktrees = place.worktrees();
  const worktree = await worktrees.create(OWNER);
  await place.write({ "a.txt": "changed\n", "new.txt": "new\n" }, worktree.root);
  await worktrees.release(worktree);
  await worktrees.list();
  assert.match(await worktrees.diff("run1"), /^\+changed$/m);
  await worktrees.merge("run1", {});
  await worktrees.remove("run1", { force: false });
  await assert.rejects(Deno.stat(mark), Deno.errors.NotFound);
});

Deno.test("create() refuses a repository whose own settings start a filter, unless git was granted", async () => {
  await using place = await Place.withCommit({ "a.txt": "one\n", ".gitattributes": "*.txt filter=evil\n" });
  const mark = join(place.folder, "mark");
  await Deno.writeTextFile(
    join(place.repository, ".git/included"),
    `[filter "evil"]\n\tsmudge = touch '${mark}'; cat\n`,
  );
  await place.git(["config", "include.path", "included"]);
  await assert.rejects(place.worktrees().create(OWNER), { code: "denied", message: /filter\.evil\.smudge/ });
  await assert.rejects(Deno.stat(mark), Deno.errors.NotFound);
  const granted = place.worktrees({ run: ["git"] });
  await granted.release(await granted.create(OWNER));
  await Deno.stat(mark);
});

Deno.test("64 worktrees at once work, each with its own number, and all go again", async () => {
  await using place = await Place.withCommit();
  const worktrees = place.worktrees();
  const made = await Promise.all(
    Array.from({ length: 64 }, (_, at) => worktrees.create({ runId: "many", step: `s${at}` })),
  );
  assert.equal(new Set(made.map(({ root }) => root)).size, 64);
  assert.equal(new Set(made.map(({ branch }) => branch)).size, 64);
  const listed = await worktrees.list();
  assert.equal(listed.length, 64);
  assert.ok(listed.every(({ isInUse }) => isInUse));
  await place.write({ "mine.txt": "mine" }, made[7]!.root);
  const released = await Promise.all(made.map((worktree) => worktrees.release(worktree)));
  assert.deepEqual(released.flatMap(({ isKept }, at) => isKept ? [at] : []), [7]);
  assert.deepEqual((await worktrees.list()).map(({ step, isInUse }) => ({ step, isInUse })), [{
    step: "s7",
    isInUse: false,
  }]);
});

Deno.test("create() waits for another git that holds a lock", async () => {
  await using place = await Place.withCommit();
  const calls: ProgramRequest[] = [];
  const { settings, programs } = place.parts({ calls });
  const lock = join(place.repository, ".git/refs/heads/odw/run1/1.lock");
  await Deno.mkdir(join(lock, ".."), { recursive: true });
  await Deno.writeTextFile(lock, "");
  let adds = 0;
  const { openWorktrees } = await import("../../src/worktree/open.ts");
  const worktrees = openWorktrees({
    settings,
    programs: {
      ...programs,
      async run(request, signal) {
        const result = await programs.run(request, signal);
        if (request.args.includes("add") && ++adds === 1) await Deno.remove(lock);
        return result;
      },
    },
  });
  const worktree = await worktrees.create(OWNER);
  assert.equal(adds, 2);
  assert.equal(worktree.branch, "odw/run1/1");
  await worktrees.release(worktree);
});
