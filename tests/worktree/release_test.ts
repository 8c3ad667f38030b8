import assert from "node:assert/strict";
import { join } from "node:path";
import type { ReleasedWorktree, Worktree, Worktrees } from "../../src/worktree.ts";
import { Place } from "./place.ts";

const OWNER = { runId: "run1", step: "step1" };

/** What release() says of a worktree after `change`, and whether its folder and its branch are still there. */
async function released(
  change: (root: string, place: Place, worktree: Worktree) => Promise<void>,
  files: Record<string, string> = { "a.txt": "one\ntwo\nthree\n", "b.sh": "echo b\n", ".gitignore": "*.log\n" },
): Promise<ReleasedWorktree & { hasFolder: boolean; hasBranch: boolean }> {
  await using place = await Place.withCommit(files);
  const worktrees = place.worktrees();
  const worktree = await worktrees.create(OWNER);
  await change(worktree.root, place, worktree);
  const result = await worktrees.release(worktree);
  const hasFolder = await Deno.stat(worktree.root).then(() => true, () => false);
  const hasBranch = (await place.git(["branch", "--list", worktree.branch])).trim() !== "";
  return { ...result, hasFolder, hasBranch };
}

const GONE = { isKept: false, changedFiles: 0, hasFolder: false, hasBranch: false };
const kept = (changedFiles: number) => ({ isKept: true, changedFiles, hasFolder: true, hasBranch: true });

Deno.test("release() removes a clean worktree with its branch and its note", async () => {
  await using place = await Place.withCommit();
  const worktrees = place.worktrees();
  assert.deepEqual(await worktrees.release(await worktrees.create(OWNER)), { isKept: false, changedFiles: 0 });
  assert.deepEqual(await worktrees.list(), []);
  assert.equal(await place.git(["branch", "--list", "odw/*"]), "");
  assert.equal((await place.git(["worktree", "list"])).trim().split("\n").length, 1);
  const [folder] = [...Deno.readDirSync(join(place.home, "worktrees"))];
  assert.deepEqual([...Deno.readDirSync(join(place.home, "worktrees", folder!.name))].map(({ name }) => name), [
    "lock",
  ]);
});

Deno.test("release() keeps a changed, an untracked, a deleted, a renamed and a staged file", async () => {
  assert.deepEqual(await released((root, place) => place.write({ "a.txt": "changed\n" }, root)), kept(1));
  assert.deepEqual(
    await released((root, place) => place.write({ "new/x y.txt": "x", "new/ü.txt": "" }, root)),
    kept(2),
  );
  assert.deepEqual(await released((root) => Deno.remove(join(root, "a.txt"))), kept(1));
  assert.deepEqual(await released((root) => Deno.rename(join(root, "a.txt"), join(root, "c.txt"))), kept(2));
  const stage = async (root: string, place: Place) => {
    await place.write({ "a.txt": "staged\n", "n.txt": "n" }, root);
    await place.git(["add", "--all"], root);
  };
  assert.deepEqual(await released(stage), kept(2));
});

Deno.test("release() keeps a change of mode and a repository that the agent made inside", async () => {
  assert.deepEqual(await released((root) => Deno.chmod(join(root, "b.sh"), 0o755)), kept(1));
  const nest = async (root: string, place: Place) => {
    await Deno.mkdir(join(root, "sub"));
    await place.git(["init", "--quiet"], join(root, "sub"));
    await place.write({ "sub/x.txt": "x" }, root);
    await place.commit("inside", join(root, "sub"));
  };
  assert.deepEqual(await released(nest), kept(1));
  const begin = async (root: string, place: Place) => {
    await Deno.mkdir(join(root, "sub"));
    await place.git(["init", "--quiet"], join(root, "sub"));
  };
  assert.deepEqual(await released(begin), kept(1));
});

Deno.test("release() keeps commits: on the branch, on none, and ones that change no file", async () => {
  const commit = async (root: string, place: Place) => {
    await place.write({ "a.txt": "committed\n", "n.txt": "n" }, root);
    await place.commit("work", root);
  };
  assert.deepEqual(await released(commit), kept(2));
  const detached = async (root: string, place: Place) => {
    await place.git(["switch", "--quiet", "--detach"], root);
    await commit(root, place);
  };
  assert.deepEqual(await released(detached), kept(2));
  const left = async (root: string, place: Place) => {
    await commit(root, place);
    await place.git(["switch", "--quiet", "--detach", "HEAD~1"], root);
  };
  assert.deepEqual(await released(left), kept(2));
  assert.deepEqual(await released(async (root, place) => void await place.commit("empty", root)), kept(0));
});

Deno.test("release() does not count a file that is as it was again", async () => {
  const back = async (root: string, place: Place) => {
    await place.write({ "a.txt": "changed\n" }, root);
    await place.write({ "a.txt": "one\ntwo\nthree\n" }, root);
  };
  assert.deepEqual(await released(back), GONE);
});

Deno.test("release() counts untracked files though the repository's settings hide them", async () => {
  const hide = async (root: string, place: Place) => {
    await place.git(["config", "status.showUntrackedFiles", "no"]);
    await place.write({ "new.txt": "n" }, root);
  };
  assert.deepEqual(await released(hide), kept(1));
});

Deno.test("release() keeps what git cannot read any more, even inside another repository", async () => {
  const breakGit = async (root: string) => {
    await Deno.remove(join(root, ".git"));
  };
  assert.deepEqual(await released(breakGit), kept(3));
  await using place = await Place.withCommit();
  await place.git(["init", "--quiet"], place.home);
  const worktrees = place.worktrees();
  const worktree = await worktrees.create(OWNER);
  await Deno.remove(join(worktree.root, ".git"));
  assert.equal((await worktrees.release(worktree)).isKept, true);
});

Deno.test("release() of a worktree whose folder is gone keeps its branch when that has commits", async () => {
  const lose = async (root: string, place: Place) => {
    await place.write({ "a.txt": "committed\n" }, root);
    await place.commit("work", root);
    await Deno.remove(root, { recursive: true });
  };
  assert.deepEqual(await released(lose), { isKept: true, changedFiles: 0, hasFolder: false, hasBranch: true });
  const gone = { ...GONE, isMissing: true };
  assert.deepEqual(await released((root) => Deno.remove(root, { recursive: true })), gone);
});

Deno.test("a worktree is in use for other processes until it is released, or its process has died", async () => {
  await using place = await Place.withCommit();
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-check",
      "-A",
      new URL("./hold_worktree.ts", import.meta.url).pathname,
      place.home,
      place.repository,
    ],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const lines = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  assert.match((await lines.read()).value ?? "", /^held/);
  await lines.cancel();
  const worktrees = place.worktrees();
  const mine = await worktrees.create(OWNER);
  assert.deepEqual((await worktrees.list()).map(({ branch, isInUse }) => [branch, isInUse]), [
    ["odw/run1/1", true],
    ["odw/run1/2", true],
  ]);
  await assert.rejects(worktrees.remove("odw/run1/1", { force: true }), {
    code: "conflict",
    message: /an agent works in it/,
  });
  await assert.rejects(worktrees.merge("odw/run1/1", {}), { code: "conflict", message: /an agent works in it/ });
  child.kill("SIGKILL");
  await child.status;
  await child.stdin.close().catch(() => {});
  assert.deepEqual(await inUse(worktrees), [false, true]);
  await worktrees.release(mine);
  await worktrees.remove("odw/run1/1", { force: false });
  assert.deepEqual(await inUse(worktrees), []);
});

async function inUse(worktrees: Worktrees): Promise<boolean[]> {
  return (await worktrees.list()).map(({ isInUse }) => isInUse);
}

Deno.test("two processes that make worktrees of one run at once get different ones", async () => {
  await using place = await Place.withCommit();
  const script = new URL("./make_worktrees.ts", import.meta.url).pathname;
  const outputs = await Promise.all([1, 2].map(() =>
    new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-check", "-A", script, place.home, place.repository, "12"],
      stdout: "piped",
    }).output()
  ));
  const branches = outputs.flatMap(({ stdout }) => new TextDecoder().decode(stdout).trim().split("\n"));
  assert.equal(branches.length, 24);
  assert.equal(new Set(branches).size, 24);
  assert.equal((await place.worktrees().list()).length, 24);
});
