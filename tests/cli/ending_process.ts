// A process that starts a program as the ring does, which holds the named pipe open, and that ends in the way of its first argument once
// its stdin says so; for process_ends_test.ts.
import { openProcessEnds } from "../../src/cli/process_ends.ts";
import { startChild } from "../../src/ring/child_run.ts";
import { ProcessGroups } from "../../src/ring/process_groups.ts";

openProcessEnds().guard();
const groups = new ProcessGroups();
const [kind, pipe = ""] = Deno.args;
const script = "exec 3> \"$0\"; echo up >&3; sh -c 'sleep 120; echo over >&3' & wait";
groups.add(
  startChild(
    { program: "/bin/sh", args: ["-c", script, pipe], cwd: "/", environment: { PATH: "/usr/bin:/bin" } },
    "null",
  ),
);
await Deno.stdin.read(new Uint8Array(1));
setTimeout(() => {
  if (kind === "error") throw new Error("an error that nobody caught");
  if (kind === "rejection") void Promise.reject(new Error("a rejection that nobody caught"));
  if (kind === "signal") Deno.kill(Deno.pid, "SIGTERM");
});
setTimeout(() => {}, 120_000);
