// A repository that was moved: its worktrees lie under the name of its old place, and point there.
import { join } from "node:path";
import type { Git } from "./git.ts";
import { NAME } from "./record.ts";
import type { Repository } from "./repository.ts";

/**
 * Brings the worktrees that `repository` had at another place to its folder of now, and tells git. What belongs to a repository that still
 * stands at the old place (this one is a copy of it) is left alone.
 */
export async function adoptMoved(git: Git, repository: Repository, cwd: string): Promise<void> {
  const { folder } = repository;
  if (await Deno.lstat(folder).then(() => true, () => false)) return;
  const listed = await git.line(cwd, ["worktree", "list", "--porcelain"]);
  for (const old of placesOf(listed ?? "", join(folder, ".."))) {
    if (!await isOrphaned(git, old)) continue;
    await Deno.rename(old, folder);
    for await (const { name, isDirectory } of Deno.readDir(folder)) {
      if (isDirectory && NAME.test(name)) await git.run(cwd, ["worktree", "repair", join(folder, name)]);
    }
    return;
  }
}

/** The folders of worktrees below `home` that git's list names. */
function placesOf(listed: string, home: string): string[] {
  const paths = listed.split(/\r?\n/).filter((line) => line.startsWith("worktree ")).map((line) => line.slice(9));
  const places = paths.map((path) => join(path, "..")).filter((place) => join(place, "..") === home);
  return [...new Set(places)].filter((place) => /[\\/][0-9a-f]{16}$/.test(place));
}

/** Whether git says of every worktree in `place` that its repository is not there any more, and none is worked in. */
async function isOrphaned(git: Git, place: string): Promise<boolean> {
  const names: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(place)) {
    if (name.endsWith(".owner")) return false;
    if (isDirectory && NAME.test(name)) names.push(name);
  }
  const roots = await Promise.all(names.map((name) => git.line(join(place, name), ["rev-parse", "--show-toplevel"])));
  return names.length > 0 && roots.every((root) => root === null);
}
