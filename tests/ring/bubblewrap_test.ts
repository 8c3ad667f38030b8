// The sandbox of commands: what is writable, what is hidden, in which order.
import assert from "node:assert/strict";
import { bubblewrapArgs, probeBubblewrap } from "../../src/ring/bubblewrap.ts";

function mounts(writable: string[], places: { cwd: string; home: string }): string[] {
  const command = { program: "/usr/bin/npm", args: ["test", "--", "-x"], cwd: places.cwd, writable };
  const args = bubblewrapArgs(command, { ...places, hasNetwork: false });
  assert.deepEqual(args.slice(args.indexOf("--chdir")), [
    "--chdir",
    places.cwd,
    "--",
    "/usr/bin/npm",
    "test",
    "--",
    "-x",
  ]);
  return args.flatMap((arg, at) => /^--(?:bind|tmpfs|ro-bind)$/.test(arg) ? [`${arg.slice(2)} ${args[at + 1]}`] : []);
}

Deno.test("only the named folders can be written, and odw's home is hidden", () => {
  const found = mounts(["/r"], { cwd: "/r", home: "/u/.odw" });
  assert.deepEqual(found, ["ro-bind /", "tmpfs /run", "tmpfs /tmp", "bind /r", "tmpfs /u/.odw"]);
});

Deno.test("odw's home stays hidden in a workspace that holds it, but for a worktree that the command works in", () => {
  const worktree = "/u/.odw/worktrees/0/run-1";
  const found = mounts(["/u", worktree], { cwd: "/u", home: "/u/.odw" });
  assert.deepEqual(found.slice(3), ["bind /u", "tmpfs /u/.odw", `bind ${worktree}`]);
});

Deno.test("a workspace in /tmp stays visible, and the network is there only where it was granted", () => {
  const command = { program: "/tmp/w/x.sh", args: [], cwd: "/tmp/w", writable: [] };
  const args = bubblewrapArgs(command, { cwd: "/tmp/w", home: "/u/.odw", hasNetwork: true }).join(" ");
  assert.match(args, /--tmpfs \/tmp .*--ro-bind-try \/tmp\/w \/tmp\/w/);
  assert.ok(!args.includes("--unshare-net"));
  assert.ok(bubblewrapArgs(command, { cwd: "/", home: "/h", hasNetwork: false }).includes("--unshare-net"));
});

const ENVIRONMENT = { PATH: Deno.env.get("PATH") ?? "" };
const bubblewrap = await probeBubblewrap(ENVIRONMENT);

Deno.test({
  name:
    "in a real bwrap a command writes to its folder alone, and sees no file of odw, no socket of a service and no network",
  ignore: bubblewrap.path === null,
  async fn() {
    const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "odw-bwrap-" }));
    const [cwd, home, beside] = [`${folder}/work`, `${folder}/home`, `${folder}/beside`];
    for (const path of [cwd, home, beside]) await Deno.mkdir(path);
    await Deno.writeTextFile(`${home}/config.json`, "secret");
    const attempts = [
      "touch inside && echo wrote",
      `touch ${beside}/outside /usr/outside ${home}/../outside`,
      `cat ${home}/config.json`,
      "ls /run/*.sock /run/user",
      "tail -n +3 /proc/net/dev | cut -d: -f1 | tr -d ' '",
    ];
    const command = { program: "/bin/sh", args: ["-c", attempts.join("; ")], cwd, writable: [cwd] };
    const args = bubblewrapArgs(command, { cwd, home, hasNetwork: false });
    const { stdout } = await new Deno.Command(bubblewrap.path!, { args, clearEnv: true, env: ENVIRONMENT }).output();
    assert.equal(new TextDecoder().decode(stdout), "wrote\nlo\n");
    assert.ok((await Deno.stat(`${cwd}/inside`)).isFile);
    for (const path of [`${beside}/outside`, "/usr/outside", `${folder}/outside`]) {
      await assert.rejects(Deno.stat(path));
    }
    await Deno.remove(folder, { recursive: true });
  },
});
