// Nothing that an agent wrote is removed unseen: every kind of thing that `git status` does not show.
import assert from "node:assert/strict";
import { join, resolve } from "node:path";
import { Place } from "./place.ts";

const OWNER = { runId: "run1", step: "step1" };
const FILES = { "a.txt": "one\n", "src/b.txt": "two\n", ".gitignore": "*.log\nout/\n.env\nnode_modules/\n" };

interface Kind {
  /** What the agent does in the root of its worktree. */
  change: (root: string, place: Place) => Promise<void>;
  /** Paths that release() names. */
  unseen: string[];
}

const KINDS: Record<string, Kind> = {
  "an ignored file": { change: (root, place) => place.write({ "x.log": "report" }, root), unseen: ["x.log"] },
  "an ignored file in a folder that git knows": {
    change: (root, place) => place.write({ "src/.env": "KEY=1" }, root),
    unseen: ["src/.env"],
  },
  "an ignored folder": {
    change: (root, place) => place.write({ "out/report.html": "<p>", "out/deep/x.bin": "x" }, root),
    unseen: ["out/"],
  },
  "a file in the place of a submodule": {
    change: (root, place) => place.write({ "lib/created.txt": "work" }, root),
    unseen: ["lib/"],
  },
  "an empty folder": { change: (root) => Deno.mkdir(join(root, "made/empty"), { recursive: true }), unseen: ["made/"] },
  "a repository around files that git knows": {
    change: (root, place) => place.git(["init", "--quiet"], join(root, "src")).then(() => {}),
    unseen: ["src/.git/"],
  },
  "an ignored repository": {
    change: async (root, place) => {
      await place.write({ "out/inner/x.txt": "x" }, root);
      await place.git(["init", "--quiet"], join(root, "out/inner"));
    },
    unseen: ["out/"],
  },
  "an ignored link": { change: (root) => Deno.symlink("/nowhere", join(root, "link.log")), unseen: ["link.log"] },
  "a change that git was told to assume away": {
    change: async (root, place) => {
      await place.git(["update-index", "--assume-unchanged", "a.txt"], root);
      await place.write({ "a.txt": "changed\n" }, root);
    },
    unseen: ["a.txt"],
  },
  "a change that git was told to skip": {
    change: async (root, place) => {
      await place.git(["update-index", "--skip-worktree", "a.txt"], root);
      await place.write({ "a.txt": "changed\n" }, root);
    },
    unseen: ["a.txt"],
  },
  "a file that the agent itself excluded": {
    change: async (root, place) => {
      const exclude = (await place.git(["rev-parse", "--git-path", "info/exclude"], root)).trim();
      await Deno.writeTextFile(resolve(root, exclude), "secret.txt\n");
      await place.write({ "secret.txt": "work" }, root);
    },
    unseen: ["secret.txt"],
  },
};

/** A repository whose commit holds a submodule at `lib`. */
async function placeWithSubmodule(): Promise<Place> {
  const place = await Place.withCommit(FILES);
  const commit = (await place.git(["rev-parse", "HEAD"])).trim();
  await place.write({ ".gitmodules": '[submodule "lib"]\n\tpath = lib\n\turl = ../lib\n' });
  await place.git(["update-index", "--add", "--cacheinfo", `160000,${commit},lib`]);
  await place.git(["add", ".gitmodules"]);
  await place.git(["commit", "--quiet", "-m", "a submodule"]);
  return place;
}

for (const [kind, { change, unseen }] of Object.entries(KINDS)) {
  Deno.test(`release() keeps a worktree with ${kind}, and names it`, async () => {
    await using place = await placeWithSubmodule();
    const worktrees = place.worktrees();
    const worktree = await worktrees.create(OWNER);
    await change(worktree.root, place);
    const released = await worktrees.release(worktree);
    assert.equal(released.isKept, true);
    assert.deepEqual(released.unseen, unseen);
    assert.ok(await Deno.lstat(join(worktree.root, unseen[0]!)), "it is still there");
    await assert.rejects(worktrees.remove(worktree.branch, { force: false }), { code: "conflict" });
    assert.ok(await Deno.lstat(join(worktree.root, unseen[0]!)), "and stays when it is removed without force");
    assert.match(await worktrees.diff(worktree.branch), /is hidden from git/);
  });
}

Deno.test("release() removes an untouched worktree with an empty submodule's place", async () => {
  await using place = await placeWithSubmodule();
  const worktrees = place.worktrees();
  const released = await worktrees.release(await worktrees.create(OWNER));
  assert.deepEqual(released, { isKept: false, changedFiles: 0 });
});

Deno.test("release() removes an untouched worktree whose agent works in a folder that git does not keep", async () => {
  await using place = await Place.withCommit(FILES);
  await place.write({ "out/today/x.txt": "" });
  const worktrees = place.worktrees({ cwd: join(place.repository, "out/today") });
  const worktree = await worktrees.create(OWNER);
  assert.equal((await worktrees.release(worktree)).isKept, false);
});

Deno.test("a disposable folder goes with an otherwise untouched worktree, and is named; a change keeps both", async () => {
  await using place = await Place.withCommit(FILES);
  const worktrees = place.worktrees();
  const install = (root: string) => place.write({ "node_modules/x/index.js": "", "src/node_modules/y.js": "" }, root);
  const untouched = await worktrees.create(OWNER);
  await install(untouched.root);
  const { dropped, ...gone } = await worktrees.release(untouched);
  assert.deepEqual(gone, { isKept: false, changedFiles: 0 });
  assert.deepEqual(dropped?.sort(), ["node_modules/", "src/node_modules/"]);
  const changed = await worktrees.create(OWNER);
  await install(changed.root);
  await place.write({ "new.txt": "n" }, changed.root);
  assert.equal((await worktrees.release(changed)).changedFiles, 1);
  assert.ok(await Deno.stat(join(changed.root, "node_modules/x/index.js")));
});

Deno.test("merge() says what git did not take along, and remove() keeps it until it is forced", async () => {
  await using place = await Place.withCommit(FILES);
  const worktrees = place.worktrees();
  const worktree = await worktrees.create(OWNER);
  await place.write({ "new.txt": "n", "out/report.html": "<p>" }, worktree.root);
  await worktrees.release(worktree);
  const merged = await worktrees.merge(worktree.branch, {});
  assert.deepEqual([merged.unmerged, merged.root], [["out/"], worktree.root]);
  assert.ok(await Deno.stat(join(place.repository, "new.txt")));
  await assert.rejects(worktrees.remove(worktree.branch, { force: false }), {
    code: "conflict",
    message: /holds what git does not take along \(out\/\)/,
  });
  await worktrees.remove(worktree.branch, { force: true });
  assert.deepEqual(await worktrees.list(), []);
});

Deno.test("merge() of a worktree without a change is refused: nothing would be merged", async () => {
  await using place = await Place.withCommit(FILES);
  const worktrees = place.worktrees();
  const empty = await worktrees.create(OWNER);
  await place.write({ "x.log": "only ignored" }, empty.root);
  await worktrees.release(empty);
  await assert.rejects(worktrees.merge(empty.branch, {}), { code: "conflict", message: /nothing to merge.*x\.log/ });
});

Deno.test("a worktree whose folder was removed by hand is not unchanged: its state and merge() say what is lost", async () => {
  await using place = await Place.withCommit(FILES);
  const worktrees = place.worktrees();
  const worktree = await worktrees.create(OWNER);
  await place.write({ "new.txt": "n" }, worktree.root);
  await worktrees.release(worktree);
  await Deno.remove(worktree.root, { recursive: true });
  assert.deepEqual((await worktrees.list()).map(({ isMissing, changedFiles }) => [isMissing, changedFiles]), [[
    true,
    0,
  ]]);
  await assert.rejects(worktrees.merge(worktree.branch, {}), { code: "conflict", message: /folder .* is gone/ });
  const other = await worktrees.create(OWNER);
  await Deno.remove(other.root, { recursive: true });
  assert.deepEqual(await worktrees.release(other), { isKept: false, changedFiles: 0, isMissing: true });
});

Deno.test("create() tells once for each run which changes of the workspace its agents will not see", async () => {
  await using place = await Place.withCommit(FILES);
  await place.write({ "a.txt": "changed\n", "new ü.txt": "n" });
  const worktrees = place.worktrees();
  assert.deepEqual((await worktrees.create(OWNER)).uncommitted, ["a.txt", "new ü.txt"]);
  assert.deepEqual((await worktrees.create(OWNER)).uncommitted, []);
  assert.deepEqual((await worktrees.create({ ...OWNER, runId: "run2" })).uncommitted, ["a.txt", "new ü.txt"]);
});

Deno.test("a repository that was moved keeps its worktrees: list, diff and merge work at its new place", async () => {
  await using place = await Place.withCommit(FILES);
  const worktrees = place.worktrees();
  const worktree = await worktrees.create(OWNER);
  await place.write({ "new.txt": "n" }, worktree.root);
  await worktrees.release(worktree);
  const moved = `${place.folder}/moved ü`;
  await Deno.rename(place.repository, moved);
  const after = place.worktrees({ cwd: moved });
  assert.deepEqual((await after.list()).map(({ branch, changedFiles }) => [branch, changedFiles]), [[
    worktree.branch,
    1,
  ]]);
  assert.match(await after.diff(worktree.branch), /new\.txt/);
  await after.merge(worktree.branch, {});
  assert.ok(await Deno.stat(join(moved, "new.txt")));
});

Deno.test("a copy of a repository does not take the original's worktrees", async () => {
  await using place = await Place.withCommit(FILES);
  const worktrees = place.worktrees();
  const worktree = await worktrees.create(OWNER);
  await place.write({ "new.txt": "n" }, worktree.root);
  await worktrees.release(worktree);
  const copy = `${place.folder}/copy`;
  await new Deno.Command("cp", { args: ["-r", place.repository, copy] }).output();
  assert.deepEqual(await place.worktrees({ cwd: copy }).list(), []);
  assert.equal((await worktrees.list())[0]?.changedFiles, 1);
});

Deno.test("sweep() removes what an agent of a dead process left untouched, and keeps what it changed", async () => {
  await using place = await Place.withCommit(FILES);
  const script = new URL("./hold_worktree.ts", import.meta.url).pathname;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-check", "-A", script, place.home, place.repository, "3"],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const lines = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  assert.match((await lines.read()).value ?? "", /^held/);
  await lines.cancel();
  const worktrees = place.worktrees();
  assert.deepEqual(await worktrees.sweep(), [], "its process lives");
  child.kill("SIGKILL");
  await child.status;
  await child.stdin.close().catch(() => {});
  const changed = (await worktrees.list()).find(({ branch }) => branch === "odw/run1/2")!;
  await place.write({ "out/x.txt": "work" }, changed.root);
  const mine = await worktrees.create({ ...OWNER, runId: "mine" });
  assert.deepEqual((await worktrees.sweep()).sort(), ["odw/run1/1", "odw/run1/3"]);
  assert.deepEqual((await worktrees.list()).map(({ branch }) => branch).sort(), [mine.branch, changed.branch].sort());
});
