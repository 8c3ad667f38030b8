// Paths: tools reach the workspace and nothing else.
import assert from "node:assert/strict";
import { join } from "node:path";
import { Workspace } from "./workspace.ts";

const READING = ["read_file", "list_files"] as const;

Deno.test("a path that leads out of the workspace is denied, for reading and for writing", async () => {
  await using place = new Workspace({ "a.txt": "a" }, { grants: "write" });
  Deno.writeTextFileSync(join(place.folder, "secret.txt"), "secret");
  for (const path of ["../secret.txt", "sub/../../secret.txt", join(place.folder, "secret.txt"), "/etc/passwd", ".."]) {
    for (const tool of READING) {
      const result = await place.call(tool, { path });
      assert.equal(result.code, "denied", `${tool} ${path}: ${result.content}`);
      assert.ok(!result.content.includes("secret\n"));
    }
    assert.equal((await place.call("write_file", { path, content: "x" })).code, "denied", path);
    assert.equal((await place.call("glob", { pattern: "*", path })).code, "denied", path);
    assert.equal((await place.call("grep", { pattern: "s", path })).code, "denied", path);
  }
  assert.equal(Deno.readTextFileSync(join(place.folder, "secret.txt")), "secret");
  assert.equal(place.permitted, 0);
});

Deno.test("a link that leads out of the workspace is refused: as a file, as a folder above, and when it leads nowhere", async () => {
  await using place = new Workspace({ "a.txt": "a" }, { grants: "write" });
  const outside = join(place.folder, "outside");
  Deno.mkdirSync(outside);
  Deno.writeTextFileSync(join(outside, "secret.txt"), "secret");
  Deno.symlinkSync(join(outside, "secret.txt"), join(place.root, "file"));
  Deno.symlinkSync(outside, join(place.root, "folder"));
  Deno.symlinkSync(join(outside, "new.txt"), join(place.root, "nowhere"));
  for (const path of ["file", "folder/secret.txt", "nowhere"]) {
    const read = await place.call("read_file", { path });
    assert.equal(read.code, "denied", read.content);
  }
  for (const path of ["file", "folder/new.txt", "folder/sub/new.txt", "nowhere"]) {
    assert.equal((await place.call("write_file", { path, content: "x" })).code, "denied", path);
  }
  const patch = "*** Begin Patch\n*** Add File: folder/new.txt\n+x\n*** End Patch";
  assert.equal((await place.call("apply_patch", { patch })).code, "denied");
  assert.deepEqual([...Deno.readDirSync(outside)].map(({ name }) => name), ["secret.txt"]);
  assert.deepEqual(await place.value("grep", { pattern: "secret" }), []);
  assert.deepEqual(await place.value("glob", { pattern: "**/*" }), ["a.txt"]);
});

Deno.test("a link inside the workspace and an absolute path into it work, and a write goes through the link", async () => {
  await using place = new Workspace({ "real/a.txt": "a" }, { grants: "write" });
  Deno.symlinkSync("real/a.txt", join(place.root, "link"));
  assert.equal(await place.value("read_file", { path: "link" }), "a");
  assert.equal(await place.value("read_file", { path: join(place.root, "real/a.txt") }), "a");
  assert.equal(await place.value("write_file", { path: "link", content: "b" }), "real/a.txt");
  assert.equal(place.text("real/a.txt"), "b");
  assert.ok(Deno.lstatSync(join(place.root, "link")).isSymlink);
});

Deno.test("odw's own folder is refused inside the workspace, but a worktree that lies in it is a workspace", async () => {
  const files = { ".odwhome/config.json": '{"key":"k-123"}', ".odwhome/worktrees/w/src/a.txt": "a", "b.txt": "k-123" };
  await using probe = new Workspace(files);
  const home = join(probe.root, ".odwhome");
  await using place = new Workspace({}, {
    grants: { write: [probe.root] },
    settings: { cwd: probe.root, home },
  });
  const root = { root: probe.root };
  assert.equal((await place.call("read_file", { path: ".odwhome/config.json" }, root)).code, "denied");
  assert.equal((await place.call("write_file", { path: ".odwhome/config.json", content: "" }, root)).code, "denied");
  const found = await place.call("grep", { pattern: "k-123" }, root);
  assert.deepEqual(found.value, [{ path: "b.txt", line: 1, text: "k-123" }]);
  const worktree = { root: join(home, "worktrees/w") };
  assert.equal((await place.call("read_file", { path: "src/a.txt" }, worktree)).value, "a");
  assert.deepEqual((await place.call("glob", { pattern: "**" }, worktree)).value, ["src/a.txt"]);
  assert.equal((await place.call("write_file", { path: "src/b.txt", content: "b" }, worktree)).isError, false);
  assert.equal((await place.call("read_file", { path: "../../config.json" }, worktree)).code, "denied");
});

Deno.test("a grant of one folder holds at the same place of a worktree, and nowhere else in it", async () => {
  await using worktree = new Workspace({ "src/a.txt": "a" });
  await using place = new Workspace({});
  await using granted = new Workspace({}, {
    grants: { write: [join(place.root, "src")] },
    settings: { cwd: place.root },
  });
  const root = { root: worktree.root };
  assert.equal((await granted.call("write_file", { path: "src/b.txt", content: "b" }, root)).isError, false);
  assert.equal((await granted.call("write_file", { path: "c.txt", content: "c" }, root)).code, "denied");
});

Deno.test("git's own files are never written, and those that instruct later runs only with a grant that names them", async () => {
  await using place = new Workspace({ ".git/config": "[core]\n" }, { grants: "write" });
  for (const path of [".git/config", ".git/hooks/pre-commit", "sub/.GIT/config"]) {
    assert.equal((await place.call("write_file", { path, content: "x" })).code, "denied", path);
  }
  for (const path of [".odw/workflows/x.js", ".claude/agents/x.md", "sub/.claude/settings.json"]) {
    const result = await place.call("write_file", { path, content: "x" });
    assert.equal(result.code, "denied", path);
    assert.match(result.content, /--allow-write=/);
    assert.ok(!place.has(path));
  }
  const named = { write: [place.root, join(place.root, ".claude")] };
  await using allowed = new Workspace({}, { grants: named, settings: { cwd: place.root } });
  const root = { root: place.root };
  assert.equal((await allowed.call("write_file", { path: ".claude/agents/x.md", content: "x" }, root)).isError, false);
  assert.equal((await allowed.call("write_file", { path: ".odw/x.js", content: "x" }, root)).code, "denied");
});

Deno.test("a link that is put in the way while the user is asked does not lead the write elsewhere", async () => {
  await using place = new Workspace({ "sub/a.txt": "a" }, { grants: { approve: ["write"] } });
  const outside = join(place.folder, "outside");
  Deno.mkdirSync(outside);
  const result = await place.call("write_file", { path: "sub/a.txt", content: "b" }, {
    approve: async () => {
      await Deno.remove(join(place.root, "sub"), { recursive: true });
      await Deno.symlink(outside, join(place.root, "sub"));
      return true;
    },
  });
  assert.equal(result.code, "denied", result.content);
  assert.deepEqual([...Deno.readDirSync(outside)], []);
});
