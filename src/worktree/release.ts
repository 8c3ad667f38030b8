// After the agent: what is as it was at the beginning goes, everything else stays.
import { basename, join, relative } from "node:path";
import type { ReleasedWorktree, Worktree } from "../worktree.ts";
import { type Changes, changesOfBranch, isUntouched, readChanges } from "./changes.ts";
import { giveUp } from "./create.ts";
import { countFiles } from "./listing.ts";
import { notePath, readRecord, rewriteRecord } from "./record.ts";
import { discard, isThere } from "./removal.ts";
import type { Yard } from "./yard.ts";

/** Paths that are told one by one. */
const MOST_TOLD = 100;

/** See `Worktrees.release`. */
export async function releaseWorktree(yard: Yard, worktree: Worktree): Promise<ReleasedWorktree> {
  const name = basename(worktree.root);
  // One of another odw home, from a run that was recorded there.
  if (join(yard.repository.folder, name) !== worktree.root) {
    return { isKept: true, changedFiles: await countFiles(worktree.root) };
  }
  try {
    const changes = await changesOf(yard, worktree);
    if (!changes) return { isKept: true, changedFiles: await countFiles(worktree.root) };
    const { work, disposable } = changes.unseen;
    const kept: ReleasedWorktree = {
      isKept: true,
      changedFiles: changes.files.size,
      ...told("unseen", [...work, ...disposable]),
    };
    if (!isUntouched(changes, worktree.base)) return kept;
    const discarded = yard.inTurn(() => discard(yard, { name, tip: worktree.base, isForced: false }));
    const gone: ReleasedWorktree = { isKept: false, changedFiles: 0, ...told("dropped", disposable) };
    if (changes.isMissing) gone.isMissing = true;
    return await discarded.then(() => gone, () => kept);
  } finally {
    await disown(yard, name);
    giveUp(yard, name);
  }
}

function told<Key extends string>(key: Key, paths: string[]): { [K in Key]?: string[] } {
  return (paths.length === 0 ? {} : { [key]: paths.slice(0, MOST_TOLD) }) as { [K in Key]?: string[] };
}

/** null: git cannot tell. */
async function changesOf(yard: Yard, worktree: Worktree): Promise<Changes | null> {
  const { git, settings } = yard;
  const { root, path, branch } = worktree;
  if (await isThere(root)) {
    const prefix = relative(root, path).replaceAll("\\", "/");
    const { disposable } = settings.worktrees;
    return await readChanges(git, { ...worktree, prefix, disposable }).catch(() => null);
  }
  const tip = await git.line(settings.cwd, ["rev-parse", "--verify", "--quiet", `refs/heads/${branch}`]);
  return changesOfBranch(tip ?? worktree.base, new Set());
}

/** A kept one belongs to nobody: this process may live on for long. */
async function disown(yard: Yard, name: string): Promise<void> {
  const path = notePath(yard.repository.folder, name);
  if (!await isThere(path)) return;
  const record = await readRecord(path);
  await rewriteRecord(path, { ...record, owner: null }).catch(() => {});
}
