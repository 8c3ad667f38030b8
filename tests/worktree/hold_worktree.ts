// A process that makes worktrees and stays in them until it is killed. Arguments: odw's home, the repository, how many (1).
import { otherProcess } from "./other_process.ts";

const worktrees = otherProcess(Deno.args[0]!, Deno.args[1]!);
for (let at = 0; at < Number(Deno.args[2] ?? 1); at++) await worktrees.create({ runId: "run1", step: "held" });
console.log("held");
for await (const _ of Deno.stdin.readable);
