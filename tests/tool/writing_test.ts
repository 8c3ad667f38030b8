// write_file and edit_file.
import assert from "node:assert/strict";
import { join } from "node:path";
import { Workspace } from "./workspace.ts";

Deno.test("without a grant a write is denied with the flag that allows it, and nothing is asked or changed", async () => {
  await using place = new Workspace({ "a.txt": "a" });
  const calls = { write_file: { path: "b/c.txt", content: "x" }, edit_file: EDIT, apply_patch: PATCH };
  for (const [name, input] of Object.entries(calls)) {
    const result = await place.call(name, input);
    assert.equal(result.code, "denied");
    assert.match(result.content, /--allow-write/);
  }
  assert.equal(place.text("a.txt"), "a");
  assert.ok(!place.has("b"));
  assert.deepEqual([place.asked.length, place.permitted], [0, 0]);
});

const EDIT = { path: "a.txt", old_string: "a", new_string: "b" };
const PATCH = { patch: "--- a/a.txt\n+++ b/a.txt\n@@ -1 +1 @@\n-a\n+b\n" };

Deno.test("where writing is asked for, the user sees the diff, and a no changes nothing", async () => {
  await using place = new Workspace({ "a.txt": "one\ntwo\n" }, { grants: { approve: ["write"] } });
  const input = { path: "a.txt", old_string: "two", new_string: "2" };
  const refused = await place.call("Edit", input);
  assert.equal(refused.code, "denied");
  assert.match(refused.content, /did not approve writing a\.txt/);
  assert.equal(place.text("a.txt"), "one\ntwo\n");
  assert.equal(place.permitted, 0);
  const [asked] = place.asked;
  assert.deepEqual([asked?.tool, asked?.access, asked?.action, asked?.scope], [
    "edit_file",
    "write",
    "write a.txt",
    "write",
  ]);
  assert.match(asked?.detail ?? "", /^--- a\.txt\n\+\+\+ a\.txt\n@@ -1,2 \+1,2 @@\n one\n-two\n\+2\n/);
  place.answer = true;
  assert.equal((await place.call("Edit", input)).isError, false);
  assert.equal(place.text("a.txt"), "one\n2\n");
  assert.equal(place.permitted, 1);
  await place.call("Write", { path: ".claude/x.md", content: "x" });
  assert.equal(place.asked.at(-1)?.scope, "write .claude/x.md");
});

Deno.test("the journal knows of a change before it happens", async () => {
  await using place = new Workspace({ "a.txt": "a" }, { grants: "write" });
  await place.call("write_file", { path: "a.txt", content: "b" }, {
    onPermitted: async () => {
      await Promise.resolve();
      assert.equal(place.text("a.txt"), "a");
    },
  });
  assert.equal(place.text("a.txt"), "b");
  const failed = await place.call("write_file", { path: "a.txt", content: "c" }, {
    onPermitted: () => Promise.reject(new Error("the journal is full")),
  });
  assert.match(failed.content, /the journal is full/);
  assert.equal(place.text("a.txt"), "b");
});

Deno.test("write_file creates folders, replaces files whole, keeps their mode and leaves nothing else behind", async () => {
  await using place = new Workspace({ "run.sh": "old" }, { grants: "write" });
  if (Deno.build.os !== "windows") Deno.chmodSync(join(place.root, "run.sh"), 0o750);
  const created = await place.call("write_file", { file_path: "a/b/c.txt", content: "one\ntwo\n" });
  assert.equal(created.content, "Created a/b/c.txt: 2 lines");
  assert.equal(created.value, "a/b/c.txt");
  assert.equal((await place.call("write_file", { path: "run.sh", content: "new" })).content, "Replaced run.sh: 1 line");
  if (Deno.build.os !== "windows") assert.equal((Deno.statSync(join(place.root, "run.sh")).mode ?? 0) & 0o777, 0o750);
  assert.deepEqual([...Deno.readDirSync(place.root)].map(({ name }) => name).sort(), ["a", "run.sh"]);
});

Deno.test("a read-only file, a folder and a file as a folder cannot be written, and nothing is left behind", async () => {
  await using place = new Workspace({ "fixed.txt": "old", "sub/a.txt": "a" }, { grants: "write" });
  Deno.chmodSync(join(place.root, "fixed.txt"), 0o444);
  const fixed = await place.call("write_file", { path: "fixed.txt", content: "new" });
  assert.equal(fixed.code, "tool_failed");
  assert.match(fixed.content, /fixed\.txt could not be written: .*read-only; nothing was changed/);
  assert.match((await place.call("write_file", { path: "sub", content: "x" })).content, /sub is a folder/);
  assert.ok((await place.call("write_file", { path: "sub/a.txt/b", content: "x" })).isError);
  assert.deepEqual([...Deno.readDirSync(place.root)].map(({ name }) => name).sort(), ["fixed.txt", "sub"]);
});

Deno.test({
  name: "a read-only folder gives an error result",
  ignore: Deno.build.os === "windows" || Deno.uid() === 0,
  async fn() {
    await using place = new Workspace({ "sub/a.txt": "a" }, { grants: "write" });
    Deno.chmodSync(join(place.root, "sub"), 0o555);
    assert.equal((await place.call("write_file", { path: "sub/b.txt", content: "x" })).code, "tool_failed");
    Deno.chmodSync(join(place.root, "sub"), 0o755);
  },
});

Deno.test("an edit that is ambiguous, absent or no change says what was found, and changes nothing", async () => {
  const text = "if (a) {\n  go();\n}\nif (b) {\n  go();\n}\n";
  await using place = new Workspace({ "a.js": text }, { grants: "write" });
  const edit = (old_string: string, new_string = "x") =>
    place.call("edit_file", { path: "a.js", old_string, new_string });
  assert.match((await edit("go();")).content, /stands 2 times in a\.js, in lines 2, 5: add lines around it/);
  assert.match((await edit("stop();")).content, /was not found in a\.js: read it again/);
  assert.match((await edit("if (b) {\n\tgo();")).content, /line 4 differs in white space only/);
  assert.match((await edit("a", "a")).content, /are the same/);
  assert.match((await edit("")).content, /is empty, and a\.js is there already/);
  const several = [{ old_string: "(a)", new_string: "(c)" }, { old_string: "(z)", new_string: "(d)" }];
  assert.match((await place.call("MultiEdit", { path: "a.js", edits: several })).content, /^edit 2 of 2: /);
  assert.match((await place.call("edit_file", { ...EDIT, path: "none.js" })).content, /There is no file none\.js/);
  assert.equal(place.text("a.js"), text);
  assert.equal(place.permitted, 0);
});

Deno.test("edit_file replaces one text, all of them, or several in turn", async () => {
  await using place = new Workspace({ "a.txt": "one\ntwo\none\n" }, { grants: "write" });
  const all = await place.call("edit_file", { path: "a.txt", old_string: "one", new_string: "$&1", replace_all: true });
  assert.equal(all.content, "Edited a.txt: 2 replacements (line 1, 3)");
  const edits = [{ old_string: "two\n", new_string: "three\n" }, { old_string: "three\n$&", new_string: "4-" }];
  assert.deepEqual(await place.value("MultiEdit", { file_path: "a.txt", edits }), { path: "a.txt", replacements: 2 });
  assert.equal(place.text("a.txt"), "$&1\n4-1\n");
  assert.equal(
    (await place.call("edit_file", { path: "new.txt", old_string: "", new_string: "x" })).content,
    "Created new.txt",
  );
});

Deno.test("an edit keeps line ends, byte order mark and encoding of the file", async () => {
  const utf16 = new Uint8Array([0xfe, 0xff, 0, 0x61, 0, 0x62]);
  await using place = new Workspace(
    {
      "crlf.txt": "one\r\ntwo\r\nthree\r\n",
      "mixed.txt": "a\nb\r\nc\r\nd\n",
      "bom.txt": "\uFEFFab",
      "utf16.txt": utf16,
    },
    { grants: "write" },
  );
  await place.value("edit_file", { path: "crlf.txt", old_string: "one\ntwo", new_string: "1\n2\n2b" });
  assert.equal(place.text("crlf.txt"), "1\r\n2\r\n2b\r\nthree\r\n");
  await place.value("edit_file", { path: "mixed.txt", old_string: "b\nc", new_string: "B\nC" });
  assert.equal(place.text("mixed.txt"), "a\nB\r\nC\r\nd\n");
  await place.value("edit_file", { path: "bom.txt", old_string: "a", new_string: "x" });
  assert.deepEqual([...Deno.readFileSync(join(place.root, "bom.txt"))], [0xef, 0xbb, 0xbf, 0x78, 0x62]);
  await place.value("edit_file", { path: "utf16.txt", old_string: "b", new_string: "ä" });
  assert.deepEqual([...Deno.readFileSync(join(place.root, "utf16.txt"))], [0xfe, 0xff, 0, 0x61, 0, 0xe4]);
});

Deno.test("a binary file and one that is no UTF-8 are not edited", async () => {
  const files = { "a.bin": new Uint8Array([0x61, 0]), "latin.txt": new Uint8Array([0x61, 0xe4]) };
  await using place = new Workspace(files, { grants: "write" });
  assert.match((await place.call("edit_file", { ...EDIT, path: "a.bin" })).content, /is binary/);
  assert.match((await place.call("edit_file", { ...EDIT, path: "latin.txt" })).content, /is not valid UTF-8/);
  assert.deepEqual([...Deno.readFileSync(join(place.root, "latin.txt"))], [0x61, 0xe4]);
});

Deno.test("edits of one file at the same time all count", async () => {
  const lines = Array.from({ length: 40 }, (_, index) => `<${index}>`);
  await using place = new Workspace({ "a.txt": lines.join("\n") }, { grants: "write" });
  const results = await Promise.all(
    lines.map((line, index) =>
      place.call("edit_file", { path: "a.txt", old_string: line, new_string: `done ${index};` })
    ),
  );
  assert.deepEqual(results.filter(({ isError }) => isError), []);
  assert.equal(place.text("a.txt"), lines.map((_, index) => `done ${index};`).join("\n"));
});
