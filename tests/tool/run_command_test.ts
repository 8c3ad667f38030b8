import assert from "node:assert/strict";
import { commandWords } from "../../src/tool/command_words.ts";
import { runCommandTool } from "../../src/tool/run_command.ts";
import { hostPrograms, openWorld, settingsOf } from "./world.ts";

function tool(run: string[], approve: ("run")[] = []) {
  const settings = settingsOf({ grants: { run, approve } });
  const programs = hostPrograms(settings);
  return { ...runCommandTool({ settings, programs }), programs };
}

Deno.test("run_command starts nothing that is not granted, and names the flag", async () => {
  await using world = await openWorld();
  const { programs, call } = tool(["echo"]);
  for (
    const input of [{ command: "id" }, { command: "./echo" }, { command: "/bin/echo hi" }, {
      command: "echo hi",
      shell: true,
    }]
  ) {
    await assert.rejects(call(input, world.context), { code: "denied", message: /--allow-run=/ });
  }
  assert.equal(programs.requests.length, 0);
  assert.equal(world.permitted(), 0);
});

Deno.test("run_command explains what only a shell can do", async () => {
  await using world = await openWorld();
  const { call } = tool(["*"]);
  for (
    const command of [
      "a | b",
      "a && b",
      "a > b",
      "a $HOME",
      "a `b`",
      "ls *.ts",
      "a; b",
      "a\nb",
      'a "$(b)"',
      "X=1 a",
      "cd ~",
    ]
  ) {
    await assert.rejects(call({ command }, world.context), { code: "usage", message: /shell: true/ }, command);
  }
  await assert.rejects(call({ command: "echo 'x" }, world.context), { code: "usage", message: /not closed/ });
  await assert.rejects(call({ command: " " }, world.context), { code: "usage" });
  await assert.rejects(call({}, world.context), { code: "usage" });
});

Deno.test("run_command stays in the workspace with its folder and its scripts", async () => {
  await using world = await openWorld();
  const { call } = tool(["*"]);
  await assert.rejects(call({ command: "pwd", cwd: ".." }, world.context), { code: "denied" });
  await assert.rejects(call({ command: "../x" }, world.context), { code: "denied" });
  await Deno.symlink("/bin/echo", `${world.root}/link`);
  await assert.rejects(call({ command: "./link hi" }, world.context), { code: "denied" });
  await Deno.mkdir(`${world.root}/sub`);
  const { value } = await call({ command: "pwd", cwd: "sub" }, world.context);
  assert.equal((value as { stdout: string }).stdout, `${world.root}/sub\n`);
});

Deno.test("run_command gives a failing program's output as a result, the exit code first", async () => {
  await using world = await openWorld();
  const { content, value } = await tool(["sh"]).call(
    { command: "echo out; echo err >&2; exit 3", shell: true },
    world.context,
  );
  assert.deepEqual(value, { stdout: "out\n", stderr: "err\n", exitCode: 3, timedOut: false, isTruncated: false });
  assert.match(content, /^Exit code 3\n<data-\w+ from="stdout of sh -c[^]*out[^]*<data-\w+ from="stderr of/);
  assert.equal(world.permitted(), 1);
});

Deno.test("run_command takes a line, a list or a program with arguments, and passes words unchanged", async () => {
  await using world = await openWorld();
  const { programs, call } = tool(["printf"]);
  for (
    const input of [
      { command: `printf '%s|' "a b" c\\ d ''` },
      { command: ["printf", "%s|", "a b", "c d", ""] },
      { command: "printf", args: ["%s|", "a b", "c d", ""] },
    ]
  ) {
    const { value } = await call(input, world.context);
    assert.equal((value as { stdout: string }).stdout, "a b|c d||");
  }
  assert.deepEqual(programs.requests[0]!.args, ["%s|", "a b", "c d", ""]);
});

Deno.test("run_command ends a program at its time limit and says so", async () => {
  await using world = await openWorld();
  const { content, value } = await tool(["sleep"]).call({ command: "sleep 60", timeout: 50 }, world.context);
  assert.equal((value as { timedOut: boolean }).timedOut, true);
  assert.match(content, /^Ended by the time limit of 0\.05 s/);
});

Deno.test("run_command names a program that does not exist", async () => {
  await using world = await openWorld();
  await assert.rejects(tool(["*"]).call({ command: "no-such-program-here" }, world.context), {
    code: "tool_failed",
    message: /no-such-program-here/,
  });
});

Deno.test("run_command asks with the exact line, and takes no for an answer", async () => {
  await using world = await openWorld(false);
  const { programs, call } = tool([], ["run"]);
  await assert.rejects(call({ command: "rm -rf 'a b'" }, world.context), { code: "denied" });
  assert.equal(world.asked[0]!.scope, "run rm");
  assert.ok(world.asked[0]!.detail.startsWith(`rm -rf 'a b'\nin ${world.root}\nNothing confines`));
  assert.equal(programs.requests.length, 0);
});

Deno.test("run_command grants a script of the workspace by its path", async () => {
  await using world = await openWorld();
  await Deno.writeTextFile(`${world.root}/build.sh`, "#!/bin/sh\necho built $1\n", { mode: 0o755 });
  const { value } = await tool(["./build.sh"]).call({ command: "./build.sh now" }, world.context);
  assert.equal((value as { stdout: string }).stdout, "built now\n");
});

Deno.test("commandWords() splits as a shell does", () => {
  assert.deepEqual(commandWords(`a "b \\"c\\" $" 'd $e' f\\ g --h="i j" k#l`), {
    words: ["a", 'b "c" $', "d $e", "f g", "--h=i j", "k#l"],
  });
  assert.deepEqual(commandWords("  "), { words: [] });
  assert.deepEqual(commandWords("a 2>&1"), { operator: "2>&1" });
});
