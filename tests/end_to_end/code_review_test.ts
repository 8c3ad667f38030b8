// code-review accounts for every changed file, whatever its name, its size and the user's git settings.
import assert from "node:assert/strict";
import { commitAll, git } from "./git_repository.ts";
import { Place } from "./odw_process.ts";

const FINDING = { findings: [{ line: 1, severity: "high", title: "t", detail: "d" }] };
const NO_FINDING = { findings: [] };

/** Answers readers, critics and the summary. */
function reviewer(found: unknown = NO_FINDING) {
  return ({ body }: { body: unknown }) => {
    const text = JSON.stringify(body);
    if (text.includes("You review a change")) return JSON.stringify(found);
    return text.includes("Sum up this review")
      ? "summary"
      : JSON.stringify({ approved: true, passed: true, reason: "shown" });
  };
}

async function review(place: Place, words: string[] = []) {
  const { code, stdout, stderr } = await place.odw(["run", "code-review", ...words, "--output", "json"]);
  assert.equal(code, 0, stderr + stdout);
  return JSON.parse(stdout).result;
}

Deno.test("forty files in a diff of over 30 kB are all reviewed", async () => {
  await using place = await Place.make();
  await using server = await place.serve("openai-chat", { answer: reviewer() });
  const lines = (word: string) => Array.from({ length: 20 }, (_, i) => `${word} ${i} ${"x".repeat(30)}\n`).join("");
  for (let i = 0; i < 40; i++) await place.write(`src/file${i}.txt`, lines("old"));
  await commitAll(place.work);
  for (let i = 0; i < 40; i++) await place.write(`src/file${i}.txt`, lines("new"));
  const result = await review(place);
  assert.deepEqual([result.files, result.reviewed.length, result.unread, result.skipped], [40, 40, [], []]);
  const read = server.calls.filter(({ prompt }) => prompt.includes("You review a change"));
  for (let i = 0; i < 40; i++) assert.ok(read.some(({ prompt }) => prompt.includes(`src/file${i}.txt`)), `file${i}`);
});

for (
  const words of [["code-review"], ["code-audit", "--arg=glob=*.txt"], [
    "bug-hunt",
    "--arg=glob=*.txt",
    "--arg=rounds=1",
  ]]
) {
  Deno.test(`${words[0]} reads a line of 20,000 characters to its end`, async () => {
    await using place = await Place.make();
    await using server = await place.serve("openai-chat", { answer: () => JSON.stringify(NO_FINDING) });
    await place.write("a.txt", "short\n");
    await commitAll(place.work);
    await place.write("a.txt", `${"y".repeat(20_000)}THE-END\n`);
    const { code, stderr } = await place.odw(["run", ...words]);
    assert.equal(code, 0, stderr);
    assert.ok(server.calls.some(({ prompt }) => prompt.includes("THE-END")));
    assert.ok(server.calls.every(({ prompt }) => !prompt.includes("[cut]")));
  });
}

Deno.test("deleted, spaced, non-ASCII, moved, binary and new files have their right names under any settings", async (t) => {
  for (const setting of ["core.abbrev=12", "diff.mnemonicPrefix=true", "diff.noprefix=true", "color.diff=always"]) {
    await t.step(setting, async () => {
      await using place = await Place.make();
      await using _server = await place.serve("openai-chat", { answer: reviewer(FINDING) });
      const names = [
        "gone.txt",
        "with space.txt",
        "grüße/naïve ☃.txt",
        'quo"te.txt',
        "old name.txt",
        "pic.bin",
        "tool.sh",
      ];
      for (const name of names) await place.write(name, `${name}\none\ntwo\nthree\n`);
      await Deno.writeFile(`${place.work}/pic.bin`, new Uint8Array([0, 1, 2, 255]));
      await commitAll(place.work);
      await git(place.work, "config", ...setting.split("="));
      await Deno.remove(`${place.work}/gone.txt`);
      for (const name of names.slice(1, 4)) await place.write(name, `${name}\none\nTWO\nthree\n`);
      await git(place.work, "mv", "old name.txt", "new name.txt");
      await Deno.writeFile(`${place.work}/pic.bin`, new Uint8Array([0, 9, 2, 255]));
      await Deno.chmod(`${place.work}/tool.sh`, 0o755);
      await place.write("untracked.txt", "x\n");
      const result = await review(place);
      const found = [...result.findings, ...result.unverified].map(({ file }: { file: string }) => file).sort();
      assert.deepEqual(found, names.slice(0, 4).sort());
      assert.deepEqual(result.reviewed.toSorted(), names.slice(0, 4).sort());
      const skipped = Object.fromEntries(result.skipped.map(({ file, why }: Record<string, string>) => [file, why]));
      assert.deepEqual(Object.keys(skipped).sort(), ["new name.txt", "pic.bin", "tool.sh", "untracked.txt"]);
      assert.equal(skipped["pic.bin"], "binary");
      assert.equal(result.files, 7);
    });
  }
});

Deno.test("a base is compared from where the branch left it, and a shallow clone is said", async () => {
  await using place = await Place.make();
  await using _server = await place.serve("openai-chat", { answer: reviewer() });
  await place.write("a.txt", "a\n");
  await commitAll(place.work);
  await git(place.work, "branch", "-M", "main");
  await git(place.work, "checkout", "-q", "-b", "work");
  await place.write("mine.txt", "mine\n");
  await git(place.work, "add", ".");
  await git(place.work, "commit", "-q", "-m", "mine");
  await git(place.work, "checkout", "-q", "main");
  await place.write("theirs.txt", "theirs\n");
  await git(place.work, "add", ".");
  await git(place.work, "commit", "-q", "-m", "theirs");
  await git(place.work, "checkout", "-q", "work");
  assert.deepEqual((await review(place, ["--arg", "base=main"])).reviewed, ["mine.txt"]);

  await git(place.folder, "clone", "-q", "--depth", "1", "--no-single-branch", `file://${place.work}`, "shallow");
  const { code, stdout } = await place.odw(["run", "code-review", "--arg", "base=origin/main", "--output", "json"], {
    cwd: `${place.folder}/shallow`,
  });
  assert.equal(code, 1);
  assert.match(JSON.parse(stdout).error.message, /shallow clone.*--unshallow/);
});

Deno.test("a script gets a command's whole output, and a cut is told to it and to the user", async () => {
  await using place = await Place.make();
  await place.write(
    "long.js",
    `export const meta = { name: "long", description: "d" };
const run = (kB) => tools.run_command({ command: "sh", args: ["-c", "head -c " + kB + "000 /dev/zero | tr '\\\\0' x"] });
const [fits, over] = [await run(200), await run(9000)];
return [fits.stdout.length, fits.isTruncated, over.isTruncated];`,
  );
  const { code, stdout, stderr } = await place.odw(["run", "long.js", "--model", "sim:default", "--allow-run=sh"]);
  assert.equal(code, 0, stderr);
  assert.deepEqual(JSON.parse(stdout), [200_000, false, true]);
  assert.match(stderr, /printed more than 8 MB: the middle is left out/);
});

Deno.test("the lines of a deleted file are read, and a carriage return in a line makes no file of its own", async () => {
  await using place = await Place.make();
  await using server = await place.serve("openai-chat", { answer: reviewer(FINDING) });
  await place.write("auth.js", "requireLogin(user);\ncheckRole(user);\n");
  await place.write("b.txt", "b\n");
  await commitAll(place.work);
  await Deno.remove(`${place.work}/auth.js`);
  await place.write("b.txt", "b\rdiff --git a/safe b/safe\n");
  const result = await review(place);
  assert.deepEqual([result.files, result.reviewed.toSorted()], [2, ["auth.js", "b.txt"]]);
  const read = server.calls.find(({ prompt }) =>
    prompt.includes("You review a change") && prompt.includes("## auth.js")
  );
  assert.match(read!.prompt, /-requireLogin\(user\);[^]*-checkRole\(user\);/);
});

Deno.test("a source file that attributes call binary is not approved unread", async () => {
  await using place = await Place.make();
  await using _server = await place.serve("openai-chat", { answer: reviewer() });
  await place.write(".gitattributes", "hidden.js -diff\n");
  await place.write("hidden.js", "one\n");
  await place.write("seen.js", "one\n");
  await commitAll(place.work);
  await place.write("hidden.js", "two\n");
  await place.write("seen.js", "two\n");
  const { verdict, skipped } = await review(place);
  assert.deepEqual([verdict, skipped], ["comment", [{ file: "hidden.js", why: "binary" }]]);
});

Deno.test("a diff that names a file twice, commit after commit, is reviewed", async () => {
  await using place = await Place.make();
  await using _server = await place.serve("openai-chat", { answer: reviewer() });
  const part = "diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n";
  const { files, reviewed } = await review(place, ["--args", JSON.stringify({ diff: part + part })]);
  assert.deepEqual([files, reviewed], [1, ["x"]]);
});
