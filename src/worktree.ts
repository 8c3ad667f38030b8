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
  /** Files that differ from `base`: untracked and ignored ones and commits included, a folder of ignored ones as one. */
  changedFiles: number;
  /** Its folder is gone although nobody removed it by odw: what was not committed is lost. */
  isMissing: boolean;
  createdAt: string;
  /** An agent works in it now. */
  isInUse: boolean;
}

export interface Worktrees {
  /**
   * A new worktree at the current HEAD: committed files only, so ignored ones (`node_modules`, `.env`) are not there and submodules are empty.
   * `uncommitted`: files of the workspace with changes that it therefore lacks. Throws OdwError `denied` outside git or without a commit,
   * saying which.
   */
  create(owner: { runId: string; step: string }): Promise<Worktree & { uncommitted: string[] }>;
  /**
   * After the agent: removes an untouched one and its branch, keeps one that holds anything that the agent wrote, whether git shows it or
   * not. Only the setting `worktrees.disposable` lets something go, and that is told.
   */
  release(worktree: Worktree): Promise<ReleasedWorktree>;
  /** Of this repository, oldest first. */
  list(): Promise<WorktreeInfo[]>;
  /** Unified diff against `base`, untracked files included. `ref`: branch, run, step or path, or a unique prefix of one. */
  diff(ref: string): Promise<string>;
  /**
   * Commits what is uncommitted on its branch, and merges that into `into` (default: the branch that is checked out). A conflict changes
   * nothing and says so. Throws OdwError `conflict` when there is nothing to merge.
   */
  merge(ref: string, options: { into?: string }): Promise<MergedWorktree>;
  /** Throws `conflict` for one with changes unless `force`. */
  remove(ref: string, options: { force: boolean }): Promise<void>;
  /** Removes the untouched ones of processes that died before they could. Returns their branches. */
  sweep(): Promise<string[]>;
}

export interface ReleasedWorktree {
  isKept: boolean;
  /** As WorktreeInfo.changedFiles. */
  changedFiles: number;
  /** Paths of what git does not show, so that no merge takes it along: ignored files, files in the place of a submodule, empty folders. */
  unseen?: string[];
  /** Disposable folders that went with it. */
  dropped?: string[];
  /** Its folder was gone already: what the agent had not committed is lost. */
  isMissing?: true;
}

export interface MergedWorktree {
  branch: string;
  into: string;
  commit: string;
  /** Paths that git could not take along: they stay in the worktree, `root`. */
  unmerged: string[];
  root: string;
}
