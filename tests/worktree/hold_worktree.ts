// A process that makes a worktree and stays in it until it is killed. Arguments: odw's home, the repository.
import { otherProcess } from "./other_process.ts";

await otherProcess(Deno.args[0]!, Deno.args[1]!).create({ runId: "run1", step: "held" });
console.log("held");
for await (const _ of Deno.stdin.readable);
