// Programs, asked for over a port and started by the terminal ring: real ones.
import assert from "node:assert/strict";
import type { Grants, Settings } from "../../src/config.ts";
import type { ProgramRequest, Programs } from "../../src/programs.ts";
import { askedPrograms } from "../../src/ring/asked_programs.ts";
import { passErrorsAsData } from "../../src/ring/errors_as_data.ts";
import { openProgramDoor } from "../../src/ring/program_door.ts";
import { commitAll, git } from "../end_to_end/git_repository.ts";
import { loadSettings } from "../../src/config/load.ts";

interface Setting extends AsyncDisposable {
  folder: string;
  cwd: string;
  programs: Programs;
  run(
    program: string,
    args: string[],
    more?: Partial<ProgramRequest>,
    signal?: AbortSignal,
  ): ReturnType<Programs["run"]>;
}

/** These tests look at processes by their ids, which bwrap would number anew: a PATH with all but bwrap. */
const PATH = await pathWithoutBwrap();

async function pathWithoutBwrap(): Promise<string> {
  const folders = Deno.env.get("PATH")!.split(":");
  const holds = async (folder: string) => await Deno.stat(`${folder}/bwrap`).then(() => true, () => false);
  if (!(await Promise.all(folders.map(holds))).includes(true)) return folders.join(":");
  const bin = await Deno.makeTempDir({ prefix: "odw-bin-" });
  addEventListener("unload", () => Deno.removeSync(bin, { recursive: true }));
  for (const folder of folders) {
    const names = await Array.fromAsync(Deno.readDir(folder)).catch(() => []);
    for (const { name } of names) {
      if (name !== "bwrap") await Deno.symlink(`${folder}/${name}`, `${bin}/${name}`).catch(() => {});
    }
  }
  return bin;
}

async function place(grants: Partial<Grants> = {}, more: Partial<Settings> = {}): Promise<Setting> {
  passErrorsAsData();
  const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "odw-ring-" }));
  const cwd = `${folder}/work`;
  await Deno.mkdir(cwd);
  const env = (name: string) => name === "ODW_HOME" ? `${folder}/home` : name === "HOME" ? folder : Deno.env.get(name);
  const { settings } = await loadSettings({ cwd, env, needsModel: false });
  const tools = { searchUrl: null, environment: { PATH, HOME: folder } };
  const all = { ...settings, tools, ...more, grants: { ...settings.grants, ...grants } };
  const door = openProgramDoor({ settings: all, mayMerge: false });
  const programs = askedPrograms(door.port);
  return {
    ...{ folder, cwd, programs },
    run: (program, args, options = {}, signal = new AbortController().signal) =>
      programs.run({ program, args, cwd, timeoutMs: 60_000, maxOutputBytes: 30_000, ...options }, signal),
    async [Symbol.asyncDispose]() {
      door[Symbol.dispose]();
      door.port.close();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/** Resolves when no process has that id any more. */
async function ended(pid: number): Promise<void> {
  while (await Deno.stat(`/proc/${pid}`).then(() => true, () => false)) {
    await new Promise((next) => setTimeout(next, 5));
  }
}

/** Resolves with what the file holds, as soon as it holds a line. */
async function lineOf(path: string): Promise<string> {
  for (;;) {
    const text = await Deno.readTextFile(path).catch(() => "");
    if (text.endsWith("\n")) return text.trim();
    await new Promise((next) => setTimeout(next, 5));
  }
}

Deno.test("run() refuses a program that was not granted, with the flag that grants it", async () => {
  await using at = await place({ run: ["ls"] });
  await assert.rejects(at.run("sh", ["-c", "true"]), { code: "denied", message: /granted are ls; .*--allow-run=sh/ });
  await assert.rejects(at.run("git", ["commit"]), { code: "denied" });
});

Deno.test("run() refuses folders outside the workspace, also behind a link", async () => {
  await using at = await place({ run: ["*"] });
  await Deno.symlink("/usr", `${at.cwd}/link`);
  for (const cwd of ["/", at.folder, `${at.cwd}/..`, `${at.cwd}/link`]) {
    await assert.rejects(at.run("ls", [], { cwd }), { code: "denied", message: /not in the workspace/ });
  }
});

Deno.test("run() says that a program is not there, and looks in no relative folder of PATH", async () => {
  await using at = await place({ run: ["*"] }, { tools: { searchUrl: null, environment: { PATH: ".:bin:/usr/bin" } } });
  await Deno.mkdir(`${at.cwd}/bin`);
  for (const path of ["tool", "bin/tool"]) {
    await Deno.writeTextFile(`${at.cwd}/${path}`, "#!/bin/sh\necho x", { mode: 0o755 });
  }
  await assert.rejects(at.run("tool", []), { code: "not_found", message: /no folder of PATH/ });
  await assert.rejects(at.run("/no/such", []), { code: "not_found", message: /no such executable/ });
});

Deno.test("run() gives output, exit code and input, and the configured variables alone", async () => {
  await using at = await place({ run: ["sh"] });
  const result = await at.run("sh", ["-c", "cat; pwd; echo problem >&2; env | cut -d= -f1 | sort; exit 3"], {
    stdin: "given\n",
  });
  assert.equal(result.exitCode, 3);
  assert.deepEqual(result.stdout.split("\n").filter((name) => !["_", "OLDPWD", "SHLVL"].includes(name)), [
    "given",
    at.cwd,
    "HOME",
    "PATH",
    "PWD",
    "",
  ]);
  assert.equal(result.stderr, "problem\n");
  assert.ok(!result.isTimedOut && !result.isTruncated);
});

Deno.test("run() keeps the beginning and the end of long output", async () => {
  await using at = await place({ run: ["sh"] });
  const { stdout, isTruncated } = await at.run("sh", ["-c", "echo first; yes | head -c 5000000; echo last"], {
    maxOutputBytes: 1000,
  });
  assert.ok(isTruncated && stdout.length < 1100, String(stdout.length));
  assert.match(stdout, /^first\n[\s\S]*bytes left out[\s\S]*last\n$/);
});

Deno.test("the time limit ends the whole process group", async () => {
  await using at = await place({ run: ["sh"] });
  const result = await at.run("sh", ["-c", "sleep 1000 & echo $! > pid; wait"], { timeoutMs: 300 });
  assert.deepEqual([result.isTimedOut, result.exitCode], [true, null]);
  await ended(Number(await lineOf(`${at.cwd}/pid`)));
});

Deno.test("an abort ends a group that ignores the polite signal, and rejects with the reason", async () => {
  await using at = await place({ run: ["sh"] });
  const stop = new AbortController();
  const running = at.run("sh", ["-c", "trap '' TERM; sleep 1000 & echo $! > pid; wait; wait"], {}, stop.signal);
  const pid = Number(await lineOf(`${at.cwd}/pid`));
  const reason = new Error("enough");
  stop.abort(reason);
  await assert.rejects(running, reason);
  await ended(pid);
  await assert.rejects(at.run("sh", ["-c", "touch late"], {}, stop.signal), reason);
  await assert.rejects(Deno.stat(`${at.cwd}/late`));
});

Deno.test("what a program leaves running ends with it, and does not hold up its result", async () => {
  await using at = await place({ run: ["sh"] });
  const { stdout } = await at.run("sh", ["-c", "sleep 1000 & echo $!"]);
  await ended(Number(stdout));
});

Deno.test("closing the ring ends what still runs", async () => {
  const at = await place({ run: ["sh"] });
  at.run("sh", ["-c", "echo $$ > pid; exec sleep 1000"]).catch(() => {});
  const pid = Number(await lineOf(`${at.cwd}/pid`));
  await at[Symbol.asyncDispose]();
  await ended(pid);
});

Deno.test("a git that was not granted starts nothing, whatever the repository's settings say", async () => {
  await using at = await place();
  await Deno.writeTextFile(`${at.cwd}/a.txt`, "1\n");
  await commitAll(at.cwd);
  const touch = `touch ${at.cwd}/owned`;
  for (
    const [key, value] of [["core.pager", touch], ["core.fsmonitor", touch], ["diff.external", touch], [
      "alias.status",
      `!${touch}`,
    ]] as const
  ) {
    await git(at.cwd, "config", key, value);
  }
  await Deno.writeTextFile(`${at.cwd}/a.txt`, "2\n");
  assert.match((await at.run("git", ["diff"])).stdout, /\+2/);
  assert.match((await at.run("git", ["status", "--short"])).stdout, /M a\.txt/);
  await assert.rejects(Deno.stat(`${at.cwd}/owned`));
});

Deno.test("a git that was not granted is refused where the repository's own filters would start a program", async () => {
  await using at = await place();
  await Deno.writeTextFile(`${at.cwd}/.gitattributes`, "*.txt filter=evil\n");
  await Deno.writeTextFile(`${at.cwd}/a.txt`, "1\n");
  await commitAll(at.cwd);
  await git(at.cwd, "config", "filter.evil.clean", `touch ${at.cwd}/owned; cat`);
  await Deno.writeTextFile(`${at.cwd}/a.txt`, "2\n");
  await assert.rejects(at.run("git", ["status"]), { code: "denied", message: /filter\.evil\.clean.*--allow-run=git/ });
  await assert.rejects(Deno.stat(`${at.cwd}/owned`));
});

Deno.test("openServer() starts what the settings say, carries lines both ways, and tells why it ended", async () => {
  const script = 'while read line; do echo "$line:$KEY"; [ "$line" = stop ] && { echo bye >&2; exit 7; }; done';
  const mcpServers = { echo: { command: "sh", args: ["-c", script], env: { KEY: "k" } } };
  await using at = await place({ mcp: ["echo"] }, { mcpServers });
  const server = await at.programs.openServer("echo");
  const lines: string[] = [];
  const end = Promise.withResolvers<string>();
  server.send("one");
  server.send("stop");
  server.onEnd(end.resolve);
  const reason = await end.promise;
  server.onLine((line) => lines.push(line));
  assert.deepEqual(lines, ["one:k", "stop:k"]);
  assert.match(reason, /exit code 7: bye/);
});

Deno.test("openServer() refuses a name that was not granted and says which program is missing; kill() ends a server", async () => {
  const mcpServers = { gone: { command: "no-such-server" }, idle: { command: "sh", args: ["-c", "sleep 1000"] } };
  await using at = await place({}, { mcpServers });
  await assert.rejects(at.programs.openServer("toString"), { code: "denied", message: /--allow-mcp=toString/ });
  await assert.rejects(at.programs.openServer("gone"), { code: "not_found", message: /mcpServers\.gone\.command/ });
  const server = await at.programs.openServer("idle");
  const end = Promise.withResolvers<string>();
  server.onEnd(end.resolve);
  server.kill();
  assert.match(await end.promise, /SIGTERM/);
});

Deno.test("where bwrap works, granted programs start in it; where it does not, they say so", async () => {
  const bin = await Deno.makeTempDir();
  const pretend = (lines: string) => Deno.writeTextFile(`${bin}/bwrap`, `#!/bin/sh\n${lines}\n`, { mode: 0o755 });
  const environment = { PATH: `${bin}:${Deno.env.get("PATH")}` };
  try {
    await pretend('echo "$@" >> ' + `${bin}/words` + '\nwhile [ "$1" != -- ]; do shift; done\nshift\nexec "$@"');
    await using at = await place({ run: ["sh"] }, { tools: { searchUrl: null, environment } });
    assert.match(await at.programs.confinement() ?? "", /bwrap confines the command.*no network/);
    assert.equal((await at.run("sh", ["-c", "echo in"])).stdout, "in\n");
    const words = (await Deno.readTextFile(`${bin}/words`)).trim().split("\n").at(-1)!;
    for (
      const part of [
        "--die-with-parent",
        "--new-session",
        "--unshare-net",
        "--ro-bind / /",
        `--bind ${at.cwd} ${at.cwd}`,
        `--tmpfs ${at.folder}/home`,
      ]
    ) {
      assert.ok(words.includes(part), `${part} is missing in ${words}`);
    }
    await pretend("echo 'No permissions to create new namespace' >&2; exit 1");
    await using other = await place({ run: ["sh"] }, { tools: { searchUrl: null, environment } });
    assert.equal(await other.programs.confinement(), null);
    assert.equal((await other.run("sh", ["-c", "echo out"])).stdout, "out\n");
  } finally {
    await Deno.remove(bin, { recursive: true });
  }
});
