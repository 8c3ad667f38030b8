// Opens the worktrees of one workspace.
import type { Settings } from "../config.ts";
import type { Programs } from "../programs.ts";
import type { Worktrees } from "../worktree.ts";

export function openWorktrees(_parts: { settings: Settings; programs: Programs }): Worktrees {
  const unbuilt = () => Promise.reject(new Error("not built yet"));
  return { create: unbuilt, release: unbuilt, list: unbuilt, diff: unbuilt, merge: unbuilt, remove: unbuilt };
}
