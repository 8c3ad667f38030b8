import assert from "node:assert/strict";
import { gitTool } from "../../src/tool/git.ts";
import { hostPrograms, openWorld, settingsOf, type World } from "./world.ts";

async function repository(world: World): Promise<(...args: string[]) => Promise<void>> {
  const git = async (...args: string[]) => {
    const { success, stderr } = await new Deno.Command("git", { args, cwd: world.root }).output();
    assert.ok(success, new TextDecoder().decode(stderr));
  };
  await git("init", "-q", "-b", "main");
  await git("config", "user.name", "A");
  await git("config", "user.email", "a@example.com");
  await Deno.writeTextFile(`${world.root}/a.txt`, "one\n");
  await git("add", ".");
  await git("commit", "-q", "-m", "first");
  return git;
}

function tool(settings = settingsOf()) {
  return gitTool({ settings, programs: hostPrograms(settings) });
}

Deno.test("git refuses what can change anything, with the flag that grants it", async () => {
  await using world = await openWorld();
  await repository(world);
  await assert.rejects(
    tool().call({ args: ["commit", "-m", "x"] }, world.context),
    (thrown: Error & { code: string }) => {
      assert.equal(thrown.code, "denied");
      assert.match(thrown.message, /--allow-run=git/);
      return true;
    },
  );
  await assert.rejects(tool().call({ args: [] }, world.context), /`args` is empty/);
  await assert.rejects(tool().call({ args: "log | head" }, world.context), /for a shell/);
  await assert.rejects(tool().call({ args: 'log "x' }, world.context), /not closed/);
});

Deno.test("git outside a repository is an error that says so", async () => {
  await using world = await openWorld();
  await Deno.writeTextFile(`${world.root}/a`, "1");
  await Deno.writeTextFile(`${world.root}/b`, "2");
  await assert.rejects(tool().call({ args: ["diff", "a", "b"] }, world.context), /not in a git repository/);
});

Deno.test("git that reads starts nothing that the repository's settings name", async () => {
  await using world = await openWorld();
  const git = await repository(world);
  const trap = `${world.root}/trap.sh`;
  const mark = `${world.root}/../${world.root.split("/").pop()}.mark`;
  await Deno.writeTextFile(trap, `#!/bin/sh\ntouch ${mark}\ncat "$1" 2>/dev/null\n`, { mode: 0o755 });
  for (const key of ["core.fsmonitor", "core.pager", "diff.external", "core.sshCommand", "core.editor"]) {
    await git("config", key, trap);
  }
  await Deno.writeTextFile(`${world.root}/a.txt`, "two\n");
  for (
    const args of [["status"], ["diff"], ["log", "-p"], ["show", "HEAD"], ["blame", "a.txt"], ["grep", "one", "HEAD"], [
      "reflog",
    ]]
  ) {
    const { value } = await tool().call({ args }, world.context);
    assert.equal((value as { exitCode: number }).exitCode, 0, JSON.stringify(value));
  }
  await assert.rejects(Deno.stat(mark), Deno.errors.NotFound);
});

Deno.test("git refuses to read where a filter or a textconv of the repository would run, until it is granted", async () => {
  for (const key of ["filter.x.clean", "diff.x.textconv", "include.path"]) {
    await using world = await openWorld();
    const git = await repository(world);
    await git("config", key, "cat");
    await assert.rejects(tool().call({ args: ["status"] }, world.context), new RegExp(key.replaceAll(".", "\\.")));
    if (key === "include.path") continue;
    const { value } = await tool(settingsOf({ grants: { run: ["git"] } })).call({ args: ["status"] }, world.context);
    assert.equal((value as { exitCode: number }).exitCode, 0);
  }
});

Deno.test("git gives a script its output and exit code, and a model the code first and the output as data", async () => {
  await using world = await openWorld();
  await repository(world);
  const read = await tool().call({ args: "git log --format='%s'" }, world.context);
  assert.deepEqual(read.value, { stdout: "first\n", stderr: "", exitCode: 0, isTruncated: false });
  assert.match(read.content, /^Exit code 0\n<data-[0-9a-f]{8} from="git log"[^>]*>\nfirst\n\n<\/data-/);
  const failed = await tool().call({ args: ["show", "nothing"] }, world.context);
  assert.equal((failed.value as { exitCode: number }).exitCode, 128);
  assert.equal(world.permitted(), 0);
});

Deno.test("git asks the user with the exact command where commands are asked for", async () => {
  await using world = await openWorld(true);
  await repository(world);
  const settings = settingsOf({ grants: { approve: ["run"] } });
  const { value } = await tool(settings).call({ args: ["tag", "v1"] }, world.context);
  assert.equal((value as { exitCode: number }).exitCode, 0);
  assert.equal(world.asked[0]!.scope, "run git");
  assert.match(world.asked[0]!.detail, /^git tag v1\nin .*\nNothing confines/);
  assert.equal(world.permitted(), 1);
});
