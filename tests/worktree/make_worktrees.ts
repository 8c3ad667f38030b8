// A process that makes some changed worktrees of one run and leaves them. Arguments: odw's home, the repository, how many.
import { join } from "node:path";
import { otherProcess } from "./other_process.ts";

const worktrees = otherProcess(Deno.args[0]!, Deno.args[1]!);
const made = await Promise.all(
  Array.from({ length: Number(Deno.args[2]) }, (_, at) => worktrees.create({ runId: "shared", step: `s${at}` })),
);
for (const worktree of made) {
  await Deno.writeTextFile(join(worktree.root, "new.txt"), "new");
  await worktrees.release(worktree);
  console.log(worktree.branch);
}
