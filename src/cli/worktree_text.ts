// What became of an agent's worktree, in words.
import { namedList } from "../lib/named_list.ts";
import type { ReleasedWorktree } from "../worktree.ts";
import { plural } from "./amounts.ts";

/** As the end of a sentence. */
export function worktreeFate({ isKept, changedFiles, unseen = [], dropped = [], isMissing }: ReleasedWorktree): string {
  if (isKept) {
    const hidden = unseen.length === 0 ? "" : `; git does not show ${namedList(unseen)}`;
    return `kept, ${plural(changedFiles, "changed file")}${hidden}`;
  }
  if (isMissing) return "gone: its folder was removed by something else, and what was not committed is lost";
  if (dropped.length === 0) return "removed, nothing was changed";
  return `removed with ${namedList(dropped)}, which git ignores (worktrees.disposable); nothing else was changed`;
}
