// After the agent: what is as it was at the beginning goes, everything else stays.
import { basename, join } from "node:path";
import type { Worktree } from "../worktree.ts";
import { type Changes, isUntouched, readChanges } from "./changes.ts";
import { giveUp } from "./create.ts";
import { countFiles } from "./listing.ts";
import { notePath, readRecord, rewriteRecord } from "./record.ts";
import { discard, isThere } from "./removal.ts";
import type { Yard } from "./yard.ts";

/** See `Worktrees.release`. Ignored files are no changes: they are made again by the tools that made them. */
export async function releaseWorktree(
  yard: Yard,
  worktree: Worktree,
): Promise<{ isKept: boolean; changedFiles: number }> {
  const name = basename(worktree.root);
  // One of another odw home, from a run that was recorded there.
  if (join(yard.repository.folder, name) !== worktree.root) {
    return { isKept: true, changedFiles: await countFiles(worktree.root) };
  }
  try {
    const changes = await changesOf(yard, worktree);
    if (!changes) return { isKept: true, changedFiles: await countFiles(worktree.root) };
    const kept = { isKept: true, changedFiles: changes.files.size };
    if (!isUntouched(changes, worktree.base)) return kept;
    const discarded = yard.inTurn(() => discard(yard, { name, tip: worktree.base, isForced: false }));
    return await discarded.then(() => ({ isKept: false, changedFiles: 0 }), () => kept);
  } finally {
    await disown(yard, name);
    giveUp(yard, name);
  }
}

/** null: git cannot tell. */
async function changesOf(yard: Yard, worktree: Worktree): Promise<Changes | null> {
  const { git, settings } = yard;
  const { root, branch, base } = worktree;
  if (await isThere(root)) return await readChanges(git, worktree).catch(() => null);
  const tip = await git.line(settings.cwd, ["rev-parse", "--verify", "--quiet", `refs/heads/${branch}`]);
  return { head: tip ?? base, tip, checkedOut: null, uncommitted: [], untracked: [], files: new Set() };
}

/** A kept one belongs to nobody: this process may live on for long. */
async function disown(yard: Yard, name: string): Promise<void> {
  const path = notePath(yard.repository.folder, name);
  if (!await isThere(path)) return;
  const record = await readRecord(path);
  await rewriteRecord(path, { ...record, owner: null }).catch(() => {});
}
