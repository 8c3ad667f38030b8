// What an agent left in its worktree, compared with the commit that it began at.
import { OdwError } from "../errors.ts";
import type { Git } from "./git.ts";
import { readUnseen, type Unseen } from "./unseen.ts";

export interface Changes {
  /** Commit that is checked out; null: none. */
  head: string | null;
  /** Commit of the worktree's own branch; null: the branch is gone. */
  tip: string | null;
  /** Full name of the branch that is checked out; null: none. */
  checkedOut: string | null;
  /** Of `git status`, as git writes them: two letters, a space, a path. Ignored files are not among them. */
  uncommitted: string[];
  /** Paths from the root; a repository of its own inside ends with `/`. */
  untracked: string[];
  unseen: Unseen;
  /** Its folder is gone. */
  isMissing: boolean;
  /** All paths that differ from the base: commits, untracked files and unseen work included. */
  files: Set<string>;
}

export interface ReadOptions {
  root: string;
  branch: string;
  base: string | null;
  /** See UnseenQuestion. */
  prefix: string;
  disposable: readonly string[];
}

/** Throws OdwError `conflict` when git cannot tell, which is never the same as no changes. */
export async function readChanges(git: Git, worktree: ReadOptions): Promise<Changes> {
  const { root, branch, base } = worktree;
  await refuseForeign(git, root);
  const [uncommitted, head, tip, checkedOut] = await Promise.all([
    readUncommitted(git, root),
    git.line(root, ["rev-parse", "--verify", "--quiet", "HEAD^{commit}"]),
    git.line(root, ["rev-parse", "--verify", "--quiet", `refs/heads/${branch}`]),
    git.line(root, ["symbolic-ref", "--quiet", "HEAD"]),
  ]);
  const untracked = uncommitted.filter((line) => line.startsWith("??")).map((line) => line.slice(3));
  const unseen = await readUnseen(git, { ...worktree, untracked });
  const files = new Set([...uncommitted.map((line) => line.slice(3)), ...unseen.work]);
  for (const path of await committed(git, { root, base, head, tip })) files.add(path);
  return { head, tip, checkedOut, uncommitted, untracked, unseen, isMissing: false, files };
}

/** See Changes.uncommitted. */
export async function readUncommitted(git: Git, cwd: string): Promise<string[]> {
  const form = [
    ...["status", "--porcelain=v1", "-z", "--untracked-files=all"],
    ...["--ignored=no", "--ignore-submodules=none", "--no-renames"],
  ];
  return zeroParts(await git.text(cwd, form, "read the changes"));
}

/** Of one whose folder is gone: its branch alone. */
export function changesOfBranch(tip: string | null, files: Set<string>): Changes {
  const unseen = { work: [], disposable: [] };
  return { head: tip, tip, checkedOut: null, uncommitted: [], untracked: [], unseen, isMissing: true, files };
}

/** Whether nothing but disposable folders would be lost with the worktree and its branch. */
export function isUntouched(changes: Changes, base: string): boolean {
  const { uncommitted, unseen, head, tip } = changes;
  return uncommitted.length === 0 && unseen.work.length === 0 && head === base && (tip ?? base) === base;
}

/**
 * Whether the worktree and its branch may go: everything is committed, nothing is there that git does not see, and what is committed is
 * in another branch too, as after a merge.
 */
export async function isHeldElsewhere(
  git: Git,
  worktree: { root: string; branch: string },
  changes: Changes,
): Promise<boolean> {
  if (changes.uncommitted.length > 0 || changes.unseen.work.length > 0) return false;
  const commits = new Set([changes.head, changes.tip].filter((commit) => commit !== null));
  for (const commit of commits) {
    if (!await isInOtherBranch(git, worktree.root, { commit, branch: worktree.branch })) return false;
  }
  return true;
}

/** Whether a branch other than `branch` holds the commit; other agents' branches may go at any time and do not count. */
export async function isInOtherBranch(
  git: Git,
  cwd: string,
  { commit, branch }: { commit: string; branch: string },
): Promise<boolean> {
  const holders = await git.text(
    cwd,
    ["for-each-ref", "--format=%(refname)", "--contains", commit, "refs/heads", "refs/remotes"],
    "look for the commits in other branches",
  );
  return holders.split(/\r?\n/).some((ref) =>
    ref !== "" && ref !== `refs/heads/${branch}` && !ref.startsWith("refs/heads/odw/")
  );
}

/** Paths between two strings of git with `-z`. */
export function zeroParts(text: string): string[] {
  return text.split("\0").filter((part) => part !== "");
}

/** Without its own `.git`, git would take a repository further up for this one. */
async function refuseForeign(git: Git, root: string): Promise<void> {
  const prefix = await git.line(root, ["rev-parse", "--show-prefix"]);
  if (prefix === "") return;
  throw new OdwError("conflict", `${root} is no worktree that git knows any more: look at its files, then remove it`);
}

/** Of both ways that commits may have gone: what is checked out, and the worktree's own branch. */
async function committed(
  git: Git,
  at: { root: string; base: string | null; head: string | null; tip: string | null },
): Promise<string[]> {
  const { root, base, head, tip } = at;
  if (base === null) return [];
  const form = [
    "diff",
    "--no-ext-diff",
    "--no-textconv",
    "--submodule=short",
    "--no-renames",
    "--name-only",
    "-z",
    base,
  ];
  const texts = [await git.text(root, form, "compare the files")];
  if (tip !== null && tip !== head) texts.push(await git.text(root, [...form, tip], "compare the branch"));
  return texts.flatMap(zeroParts);
}
