// The sandbox of commands: what is writable, what is hidden, in which order.
import assert from "node:assert/strict";
import { bubblewrapArgs } from "../../src/ring/bubblewrap.ts";

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
