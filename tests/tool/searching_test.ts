// glob and grep.
import assert from "node:assert/strict";
import { Workspace } from "./workspace.ts";

Deno.test("a pattern that would hang other engines answers at once, be it an expression, a glob or a line of .gitignore", async () => {
  const name = "a".repeat(200);
  await using place = new Workspace({
    "a.txt": `${"a".repeat(50_000)}!\n`,
    [`${name}.x`]: "",
    ".gitignore": `${"*a".repeat(60)}b\n`,
  });
  for (const pattern of ["(a+)+$", "(a|aa)+$", "(.*a){20}b", "^(([a-z])+.)+[A-Z]([a-z])+$"]) {
    const result = await place.call("grep", { pattern, path: "a.txt" });
    assert.equal(result.isError, false, result.content);
  }
  assert.deepEqual(await place.value("glob", { pattern: `${"*a".repeat(60)}b` }), []);
  assert.deepEqual(await place.value("glob", { pattern: `${"**/".repeat(60)}*.x` }), [`${name}.x`]);
});

Deno.test("an expression that cannot run in linear time, or is none, is refused with the reason", async () => {
  await using place = new Workspace({ "a.txt": "aa" });
  for (const pattern of ["(?=a)b", "(a)\\1", "a(", "[z-a]"]) {
    const result = await place.call("grep", { pattern });
    assert.equal(result.code, "usage", pattern);
    assert.match(result.content, /is no RE2 expression/);
  }
  assert.equal((await place.call("grep", { pattern: "" })).code, "usage");
  assert.equal((await place.call("grep", { pattern: "a", output_mode: "all" })).code, "usage");
  assert.match((await place.call("grep", { pattern: "a", path: "none" })).content, /There is no none to search/);
  assert.equal((await place.call("glob", { pattern: "{a,b}".repeat(10) })).code, "usage");
});

Deno.test("glob gives a script the paths in a fixed order, without what .gitignore files name", async () => {
  await using place = new Workspace({
    ".gitignore": "node_modules/\n*.log\n!keep.log\n/dist\nbuild/**/out\n",
    ".git/info/exclude": "private.txt\n",
    ".git/config": "",
    ".github/ci.yml": "",
    "a.ts": "",
    "keep.log": "",
    "x.log": "",
    "private.txt": "",
    "dist/a.ts": "",
    "src/dist/b.ts": "",
    "src/c.tsx": "",
    "src/.gitignore": "!x.log\n/c.tsx\n",
    "src/x.log": "",
    "src/deep/c.tsx": "",
    "node_modules/m/index.ts": "",
    "build/1/2/out": "",
    "build/1/in": "",
  });
  const all = [
    ".gitignore",
    "a.ts",
    "keep.log",
    ".github/ci.yml",
    "build/1/in",
    "src/.gitignore",
    "src/x.log",
    "src/deep/c.tsx",
    "src/dist/b.ts",
  ];
  assert.deepEqual(await place.value("glob", { pattern: "**/*" }), all);
  assert.deepEqual(await place.value("glob", { pattern: "*.ts" }), ["a.ts"]);
  assert.deepEqual(await place.value("glob", { pattern: "**/*.{ts,tsx}" }), [
    "a.ts",
    "src/deep/c.tsx",
    "src/dist/b.ts",
  ]);
  assert.deepEqual(await place.value("glob", { pattern: "**/*.ts", path: "src" }), ["src/dist/b.ts"]);
  assert.deepEqual(await place.value("glob", { pattern: "*", path: "node_modules/m" }), ["node_modules/m/index.ts"]);
  assert.equal((await place.call("glob", { pattern: "*.py" })).content, "No file matches *.py");
});

Deno.test("grep gives lines to a model and { path, line, text } to a script", async () => {
  await using place = new Workspace({
    "a.ts": "one\r\nTODO: two\r\nthree\r\n",
    "b/c.ts": "x\ny\nz\ntodo\n",
    "b/d.md": "TODO",
    "bin": new Uint8Array([0x54, 0x4f, 0x44, 0x4f, 0]),
  });
  const result = await place.call("search", { pattern: "TODO" });
  assert.match(result.content, /\na\.ts:2:TODO: two\nb\/d\.md:1:TODO\n/);
  assert.deepEqual(result.value, [{ path: "a.ts", line: 2, text: "TODO: two" }, {
    path: "b/d.md",
    line: 1,
    text: "TODO",
  }]);
  assert.deepEqual(await place.value("grep", { pattern: "todo$", "-i": true, glob: "*.ts" }), [
    { path: "b/c.ts", line: 4, text: "todo" },
  ]);
  assert.deepEqual(await place.value("grep", { pattern: "todo", ignoreCase: true, output_mode: "count" }), [
    { path: "a.ts", count: 1 },
    { path: "b/c.ts", count: 1 },
    { path: "b/d.md", count: 1 },
  ]);
  assert.deepEqual(await place.value("grep", { pattern: "T.DO", output_mode: "files_with_matches" }), [
    "a.ts",
    "b/d.md",
  ]);
  assert.deepEqual(await place.value("grep", { pattern: "^two|^three$", path: "a.ts" }), [
    { path: "a.ts", line: 3, text: "three" },
  ]);
  assert.equal((await place.call("grep", { pattern: "nowhere" })).content, "No line matches nowhere");
});

Deno.test("grep shows lines around matches once, with a mark between groups", async () => {
  const text = Array.from(
    { length: 12 },
    (_, index) => index === 1 || index === 3 || index === 10 ? "hit" : `l${index + 1}`,
  );
  await using place = new Workspace({ "a.txt": text.join("\n") });
  const result = await place.call("grep", { pattern: "hit", context: 1 });
  const shown = [
    "a.txt-1-l1",
    "a.txt:2:hit",
    "a.txt-3-l3",
    "a.txt:4:hit",
    "a.txt-5-l5",
    "--",
    "a.txt-10-l10",
    "a.txt:11:hit",
  ];
  assert.ok(result.content.includes([...shown, "a.txt-12-l12"].join("\n")), result.content);
  assert.equal((result.value as unknown[]).length, 3);
});

Deno.test("every kind of expression finds the lines that the platform's own finds", async () => {
  const lines = [
    "foo.bar()",
    "foobar",
    "Foo",
    "a|b",
    "fooo",
    "x foo y",
    "tab\there",
    "ab12",
    "",
    "ünïcode",
    "{brace}",
    "b",
  ];
  await using place = new Workspace({ "a.txt": lines.join("\n") });
  const patterns = [
    "foo\\.bar",
    "fo+",
    "foo|b$",
    "^foo",
    "foo?b",
    "a\\|b",
    "[a-z]+\\d+",
    "\\t",
    "fo{2,3}$",
    "(foo)?bar",
    "\\bfoo\\b",
  ];
  for (const pattern of [...patterns, "nï", "\\{br", "x.*y", "^$", "a\\w\\d\\d", "(a|f)oo", "\\Bb"]) {
    for (const ignore_case of [false, true]) {
      const own = new RegExp(pattern, ignore_case ? "i" : "");
      const wanted = lines.flatMap((text, index) => own.test(text) ? [index + 1] : []);
      const found = await place.value("grep", { pattern, ignore_case }) as { line: number }[];
      assert.deepEqual(found.map(({ line }) => line), wanted, `${pattern} ${ignore_case}`);
    }
  }
});

Deno.test("grep finds lines in files of any size, with their numbers, and bounds what it answers", async () => {
  const filler = "some line of text without it\n".repeat(40_000);
  await using place = new Workspace({
    "big.txt": `${filler}needle 1\n${filler}needle 2`,
    "many.txt": "needle\n".repeat(20_000),
  });
  assert.deepEqual(await place.value("grep", { pattern: "needle \\d", path: "big.txt" }), [
    { path: "big.txt", line: 40_001, text: "needle 1" },
    { path: "big.txt", line: 80_002, text: "needle 2" },
  ]);
  const many = await place.call("grep", { pattern: "needle" });
  assert.equal((many.value as unknown[]).length, 10_000);
  assert.ok(many.content.length < 52_000);
  assert.match(many.content, /\[more matches: narrow the search/);
});

Deno.test("a search of one large file can be stopped, and lets the engine work meanwhile", async () => {
  await using place = new Workspace({ "big.txt": "some line of text without it\n".repeat(400_000) });
  const stop = new AbortController();
  setTimeout(() => stop.abort(new Error("stopped")), 0);
  const search = place.call("grep", { pattern: "[a-z]+\\d{3}" }, { signal: stop.signal });
  await assert.rejects(search, /stopped/);
});

Deno.test("an expression that would compile to something gigantic is refused", async () => {
  await using place = new Workspace({ "a.txt": "a" });
  const result = await place.call("grep", { pattern: "((a{500}){500}){500}" });
  assert.equal(result.code, "usage", result.content);
});
