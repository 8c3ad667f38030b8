// Takes away a worktree, its branch and its note, in the order in which a crash leaves something that is still listed.
import { join } from "node:path";
import { OdwError } from "../errors.ts";
import { gitWords } from "./git.ts";
import { branchOf, notePath } from "./record.ts";
import type { Yard } from "./yard.ts";

/**
 * Removes the worktree of this name. `tip`: the commit that its branch may be deleted at, null: it has none; the branch stays when it has
 * moved since. Unless forced, git itself looks for changes once more. Throws OdwError `conflict` with git's reason when it does not go.
 */
export async function discard(
  yard: Yard,
  worktree: { name: string; tip: string | null; isForced: boolean },
): Promise<void> {
  const { git, repository, settings } = yard;
  const { name, tip } = worktree;
  const root = join(repository.folder, name);
  const isForced = worktree.isForced || await hasOnlyEmptySubmodules(yard, root);
  const removed = await git.run(settings.cwd, [
    "worktree",
    "remove",
    ...(isForced ? ["--force", "--force"] : []),
    root,
  ]);
  if (removed.exitCode !== 0 && !isForced) {
    throw new OdwError("conflict", `Git did not remove the worktree ${root}: ${gitWords(removed)}`);
  }
  if (removed.exitCode !== 0 && await isThere(root)) {
    // Git no longer knows the folder, or not as a worktree; what it still knows goes after the folder is gone.
    await Deno.remove(root, { recursive: true });
    await git.run(settings.cwd, ["worktree", "remove", "--force", "--force", root]);
  }
  if (tip !== null) await git.run(settings.cwd, ["update-ref", "-d", `refs/heads/${branchOf(name)}`, tip]);
  await Deno.remove(notePath(repository.folder, name)).catch(() => {});
}

export async function isThere(path: string): Promise<boolean> {
  return await Deno.lstat(path).then(() => true, () => false);
}

/** Git refuses to remove a worktree with submodules even when nothing was ever put into them. */
async function hasOnlyEmptySubmodules(yard: Yard, root: string): Promise<boolean> {
  if (!await isThere(join(root, ".git"))) return false;
  if (!await isThere(join(root, ".gitmodules"))) return false;
  const staged = await yard.git.run(root, ["ls-files", "--stage", "-z"]);
  if (staged.exitCode !== 0) return false;
  const submodules = staged.stdout.split("\0").filter((line) => line.startsWith("160000 "));
  for (const line of submodules) {
    const path = join(root, line.slice(line.indexOf("\t") + 1));
    for await (const _ of readable(path)) return false;
  }
  return submodules.length > 0;
}

async function* readable(folder: string): AsyncIterable<Deno.DirEntry> {
  if (await isThere(folder)) yield* Deno.readDir(folder);
}
