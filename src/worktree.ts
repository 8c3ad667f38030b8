// The contract of worktrees: a private copy of the repository for one agent, kept when it was changed.

export interface Worktree {
  /** Absolute path of the agent's working directory: the place in the worktree that the run's cwd has in the repository. */
  path: string;
  /** Absolute path of the worktree's root. */
  root: string;
  /** Its own branch: `odw/<run>/<n>`. */
  branch: string;
  /** Commit that it began at. */
  base: string;
}

export interface WorktreeInfo extends Worktree {
  runId: string | null;
  /** Step that it was made for. */
  step: string | null;
  /** Files that differ from `base`, untracked ones and commits included. */
  changedFiles: number;
  createdAt: string;
  /** An agent works in it now. */
  isInUse: boolean;
}

export interface Worktrees {
  /**
   * A new worktree at the current HEAD: committed files only, so ignored ones (`node_modules`, `.env`) are not there and submodules are empty.
   * Throws OdwError `denied` outside git or without a commit, saying which.
   */
  create(owner: { runId: string; step: string }): Promise<Worktree>;
  /** After the agent: removes a clean one and its branch, keeps a changed one. Returns whether it was kept. Never throws away a change; ignored files are none. */
  release(worktree: Worktree): Promise<{ isKept: boolean; changedFiles: number }>;
  /** Of this repository, oldest first. */
  list(): Promise<WorktreeInfo[]>;
  /** Unified diff against `base`, untracked files included. `ref`: branch, run, step or path, or a unique prefix of one. */
  diff(ref: string): Promise<string>;
  /** Commits what is uncommitted on its branch, and merges that into `into` (default: the branch that is checked out). A conflict changes nothing and says so. */
  merge(ref: string, options: { into?: string }): Promise<{ branch: string; into: string; commit: string }>;
  /** Throws `conflict` for one with changes unless `force`. */
  remove(ref: string, options: { force: boolean }): Promise<void>;
}
