// Opens the worktrees of one workspace.
import type { Settings } from "../config.ts";
import type { Programs } from "../programs.ts";
import type { Worktrees } from "../worktree.ts";
import { createWorktree } from "./create.ts";
import { diffWorktree } from "./diff.ts";
import { describeEntry, listEntries } from "./listing.ts";
import { mergeWorktree } from "./merge.ts";
import { releaseWorktree } from "./release.ts";
import { removeWorktree } from "./remove.ts";
import { refuseProgramSettings } from "./repository.ts";
import { sweepWorktrees } from "./sweep.ts";
import { NoRepository, openYard, type Yard } from "./yard.ts";

/** Described at once: each asks git three times and more. */
const LISTED_AT_ONCE = 8;

/** Starts nothing and reads nothing before it is first used. */
export function openWorktrees(parts: { settings: Settings; programs: Programs }): Worktrees {
  const yard = openYard(parts);
  return {
    create: async (owner) => createWorktree(await yard(), owner),
    release: async (worktree) => releaseWorktree(await yard(), worktree),
    list: () => yard().then(listWorktrees, emptyOutside),
    diff: async (ref) => diffWorktree(await yard(), ref),
    merge: async (ref, options) => mergeWorktree(await yard(), ref, options),
    remove: async (ref, options) => removeWorktree(await yard(), ref, options),
    sweep: () => yard().then(sweepWorktrees, emptyOutside),
  };
}

async function listWorktrees(yard: Yard): ReturnType<Worktrees["list"]> {
  const entries = await listEntries(yard);
  if (entries.length > 0) await refuseProgramSettings(yard.git, yard.settings);
  const described: Awaited<ReturnType<Worktrees["list"]>> = [];
  for (let at = 0; at < entries.length; at += LISTED_AT_ONCE) {
    const some = entries.slice(at, at + LISTED_AT_ONCE);
    described.push(...await Promise.all(some.map((entry) => describeEntry(yard, entry))));
  }
  return described;
}

/** Outside a repository there are none. */
function emptyOutside(error: unknown): [] {
  if (error instanceof NoRepository) return [];
  throw error;
}
