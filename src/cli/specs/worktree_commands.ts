// The command that keeps the worktrees of isolated agents.
import type { CommandSpec } from "../command.ts";
import { CWD, JSON_OUTPUT } from "./shared_options.ts";

export const WORKTREE_ACTIONS = ["list", "diff", "merge", "remove"] as const;

export const WORKTREES: CommandSpec = {
  name: "worktrees",
  summary: "List, compare, merge or remove agents' worktrees",
  arguments: [
    { usage: "[action]", description: `${WORKTREE_ACTIONS.join(", ")} (default: list)`, candidates: WORKTREE_ACTIONS },
    {
      usage: "[refs...]",
      description: "branches, runs, steps or paths, or the beginning of one; last: of the newest run",
    },
  ],
  options: [
    { flags: "--into <branch>", description: "merge into this branch (default: the one that is checked out)" },
    { flags: "--force", description: "remove one although it holds changes" },
    CWD,
    JSON_OUTPUT,
  ],
  examples: [
    ["odw worktrees", "what agents have changed and left"],
    ["odw worktrees diff odw/01J9A/1", "against the commit that it began at"],
    ["odw worktrees merge odw/01J9A/1 --into main", "commits what is uncommitted, and merges it"],
    ["odw worktrees merge last", "the worktree of the newest run, where it left one"],
    ["odw worktrees remove odw/01J9A/1 --force", "throws its changes away"],
  ],
  providers: false,
  worktrees: true,
  load: () => import("../commands/worktrees.ts"),
};
