// Worktrees as a second process of odw has them.
import type { Settings } from "../../src/config.ts";
import { openWorktrees } from "../../src/worktree/open.ts";
import type { Worktrees } from "../../src/worktree.ts";
import { NO_GRANTS } from "../no_tools.ts";
import { programsOf } from "./place.ts";

export function otherProcess(home: string, cwd: string): Worktrees {
  return openWorktrees({ settings: { ...NO_GRANTS, home, cwd } as Settings, programs: programsOf(home, []) });
}
