// A migration: agents edit files of a real repository, each in a worktree of its own, run its tests and mend what they broke.
import assert from "node:assert/strict";
import { commitAll, git } from "./git_repository.ts";
import { Place } from "./odw_process.ts";
import { documentOf, recordOf } from "./recorded_run.ts";
import { conversationOf, reply, type Turn } from "./scripted_model.ts";

const MODULES = ["area", "length", "volume"];

const MIGRATE = `export const meta = { name: "migrate-names", description: "One agent a module, each in a worktree" };
const files = (await tools.glob("lib/*.mjs")).sort();
return await pipeline(
  files,
  (file) => agent("Rename legacy_* to modern_* in " + file + ", and keep the tests green.", {
    label: file,
    isolation: "worktree",
  }),
  (report, file) => agent("Check the report on " + file + ": " + report, { label: "check " + file, tools: [] }),
);`;

/** Exits 1 while a module has an old name, or does not work. */
const TEST = `import { readdirSync, readFileSync } from "node:fs";
let failed = 0;
for (const file of readdirSync("lib")) {
  if (process.argv[2] && !file.startsWith(process.argv[2])) continue;
  const text = readFileSync("lib/" + file, "utf8");
  const name = file.replace(".mjs", "");
  const module = await import("./lib/" + file).catch((error) => ({ error }));
  const works = module["modern_" + name]?.(2) === 4;
  if (text.includes("legacy_") || !works) failed++, console.log("not ok " + file);
  else console.log("ok " + file);
}
process.exit(failed ? 1 : 0);
`;

/** Edits, breaks something, sees the tests fail, mends it, sees them pass. */
function turnsFor(path: string, name: string): Turn[] {
  const test = { name: "run_command", input: { command: `node test.mjs ${name}` } };
  const edit = (old_string: string, new_string: string) => ({
    name: "edit_file",
    input: { path, old_string, new_string },
  });
  return [
    [{ name: "read_file", input: { path } }],
    [edit(`legacy_${name}(x) { return x * 2; }`, `modern_${name}(x) { return x * 3; }`)],
    [test],
    [edit("x * 3", "x * 2")],
    [test],
    `renamed in ${path}`,
  ];
}

Deno.test({
  name: "a migration changes files in worktrees, and the merged result passes the repository's tests",
  async fn() {
    await using place = await Place.make();
    const exits: string[] = [];
    await using server = await place.serve("openai-chat", {
      answer(call) {
        const { task, turns, results } = conversationOf(call);
        const path = task.match(/lib\/\w+\.mjs/)?.[0] ?? "";
        if (task.startsWith("Check")) return "checked";
        if (turns === 3 || turns === 5) exits.push(results[0] ?? "");
        return reply(turnsFor(path, path.slice(4, -4))[turns] ?? "nothing more");
      },
    });
    for (const name of MODULES) {
      await place.write(`lib/${name}.mjs`, `export function legacy_${name}(x) { return x * 2; }\n`);
    }
    await place.write("test.mjs", TEST);
    await commitAll(place.work);
    await Deno.writeTextFile(`${place.folder}/migrate.js`, MIGRATE);

    const flags = ["--allow-write", "--allow-run=node", "--output", "json"];
    const ended = await place.odw(["run", `${place.folder}/migrate.js`, ...flags]);
    assert.equal(ended.code, 0, ended.stderr);
    const { runId, result } = documentOf(ended);
    assert.deepEqual(result, MODULES.map(() => "checked"));
    assert.equal(exits.length, 2 * MODULES.length);
    assert.ok(exits.filter((text) => /not ok/.test(text)).length === MODULES.length, exits.join("\n"));
    assert.equal(await git(place.work, "status", "--porcelain"), "", "the workspace itself is untouched");

    const { steps } = await recordOf(place, runId!);
    const isolated = steps.filter(({ worktree }) => worktree !== null);
    assert.deepEqual(
      isolated.map(({ worktree }) => [worktree?.isKept, worktree?.changedFiles]),
      MODULES.map(() => [true, 1]),
    );
    const shown = await place.odw(["show", runId!]);
    for (const { worktree } of isolated) {
      const diff = await place.odw(["worktrees", "diff", worktree!.branch]);
      assert.match(diff.stdout, /\+export function modern_/, diff.stderr);
      const merged = await place.odw(["worktrees", "merge", worktree!.branch]);
      assert.equal(merged.code, 0, merged.stderr);
    }
    assert.match(shown.stdout + shown.stderr, /worktree/i);
    const { code, stdout } = await new Deno.Command("node", { args: ["test.mjs"], cwd: place.work }).output();
    assert.equal(code, 0, new TextDecoder().decode(stdout));
    assert.equal(await git(place.work, "status", "--porcelain"), "");
    for (const { worktree } of isolated) {
      const removed = await place.odw(["worktrees", "remove", worktree!.branch, "--force"]);
      assert.equal(removed.code, 0, removed.stderr);
    }
    assert.deepEqual(JSON.parse((await place.odw(["worktrees", "--json"])).stdout), []);
    assert.equal(server.calls.length, MODULES.length * 7);
  },
});

Deno.test("isolation: 'worktree' outside git and without a commit throws a clear error, and no provider is called", async () => {
  await using place = await Place.make();
  await using server = await place.serve("openai-chat", { answer: () => "never" });
  await place.write(
    "one.js",
    `export const meta = { name: "one", description: "d" };
return await agent("p", { isolation: "worktree" }).catch((error) => error.message);`,
  );
  const outside = documentOf(await place.odw(["run", "one.js", "--output", "json"]));
  assert.match(String(outside.result), /git/);
  await git(place.work, "init", "-q");
  const empty = documentOf(await place.odw(["run", "one.js", "--output", "json"]));
  assert.match(String(empty.result), /commit/);
  assert.equal(server.calls.length, 0);
});
