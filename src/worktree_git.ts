// The git calls that odw itself makes for worktrees, form by form: the engine ring builds them, the terminal ring checks them again.

/** A call of git: all of its arguments, and the folder that it starts in. */
export interface GitCall {
  args: string[];
  /** Absolute. */
  cwd: string;
}

/**
 * Stands before the arguments of every call: no hook, no file monitor, no network, no background work and no pager, whatever the
 * repository's own configuration says. Filters cannot be switched off in this way: see `programKeys`.
 */
export const WORKTREE_GIT_ARGS: readonly string[] = [
  "--no-pager",
  "--no-optional-locks",
  ...[
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "core.trustctime=true",
    "core.checkStat=default",
    "core.untrackedCache=false",
    "submodule.recurse=false",
    "protocol.allow=never",
    "gc.auto=0",
    "maintenance.auto=false",
    "commit.gpgSign=false",
    "diff.noprefix=false",
    "diff.mnemonicPrefix=false",
    "color.ui=false",
  ].flatMap((setting) => ["-c", setting]),
];

/** Given before `commit` and `merge` where the user has no identity of their own. */
export const FALLBACK_IDENTITY: readonly string[] = ["-c", "user.name=odw", "-c", "user.email=odw@localhost"];

/** An argument that a form takes: a text as it is, one of a kind, or any that is no option where `value` follows an option. */
type Part = string | RegExp | "<worktree>" | "<merge>";

const COMMIT = /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/;
const RUN = "[A-Za-z0-9][A-Za-z0-9_]*(?:-[A-Za-z0-9_]+)*";
const BRANCH = new RegExp(`^odw/${RUN}/[1-9][0-9]*$`);
const BRANCH_REF = new RegExp(`^refs/heads/odw/${RUN}/[1-9][0-9]*$`);
const WORKTREE_PATH = new RegExp(`^/worktrees/[0-9a-f]{16}/${RUN}-[1-9][0-9]*$`);
const MERGE_PATH = /^\/worktrees\/[0-9a-f]{16}\/merge\.[0-9a-f]{8}$/;
const ANY_BRANCH_REF = /^refs\/heads\/(?!.*(?:\.\.|@\{|\/\/|\/\.|\.lock$|[/.]$))[^\s~^:?*[\\\p{Cc}]+$/u;
const MESSAGE = /^(?:odw:|Merge) [^\p{Cc}]+$/u;

const DIFF = ["diff", "--no-ext-diff", "--no-textconv", "--submodule=short"];

/** Wherever the call starts: they read, or touch only what is odw's. */
const FORMS: readonly Part[][] = [
  ["rev-parse", "--is-bare-repository", "--is-inside-work-tree", "--git-common-dir"],
  ["rev-parse", "--show-prefix"],
  ["rev-parse", "--show-toplevel"],
  ["rev-parse", "--verify", "--quiet", "HEAD^{commit}"],
  ["rev-parse", "--verify", "--quiet", ANY_BRANCH_REF],
  ["symbolic-ref", "--quiet", "HEAD"],
  ["config", "--null", "--name-only", "--show-scope", "--list"],
  ["for-each-ref", "--format=%(refname)", "--contains", COMMIT, "refs/heads", "refs/remotes"],
  ["for-each-ref", "--format=%(refname)", "refs/heads/odw"],
  ["ls-files", "--stage", "-z"],
  ["ls-files", "-v", "-z"],
  [
    "status",
    "--porcelain=v1",
    "-z",
    "--untracked-files=all",
    "--ignored=no",
    "--ignore-submodules=none",
    "--no-renames",
  ],
  [...DIFF, "--no-renames", "--name-only", "-z", COMMIT],
  [...DIFF, "--no-renames", "--name-only", "-z", COMMIT, COMMIT],
  [...DIFF, "--find-renames", COMMIT],
  [...DIFF, "--find-renames", COMMIT, COMMIT],
  ["worktree", "list", "--porcelain"],
  ["worktree", "repair", "<worktree>"],
  ["worktree", "add", "--quiet", "--no-checkout", "--no-track", "-b", BRANCH, "<worktree>", COMMIT],
  ["worktree", "remove", "<worktree>"],
  ["worktree", "remove", "--force", "--force", "<worktree>"],
  ["update-ref", "-d", BRANCH_REF, COMMIT],
];

/** Only in a worktree of odw, at its root. */
const INSIDE_FORMS: readonly Part[][] = [["reset", "--quiet", "--hard"]];

/** What the user's own `odw worktrees merge` takes beside them, wherever it starts. */
const MERGE_FORMS: readonly Part[][] = [
  ["config", "--get", "user.name"],
  ["config", "--get", "user.email"],
  ["worktree", "add", "--quiet", "--detach", "<merge>", COMMIT],
  ["worktree", "remove", "--force", "--force", "<merge>"],
  ["merge", "--quiet", "--no-autostash", "--ff-only", COMMIT],
  ["update-ref", "-m", MESSAGE, ANY_BRANCH_REF, COMMIT, COMMIT],
];

/** And only in a worktree of odw, at its root. */
const MERGE_INSIDE_FORMS: readonly Part[][] = [
  ["add", "--all"],
  ["commit", "--quiet", "--no-verify", "-m", MESSAGE],
  ["merge", "--quiet", "--ff", "--commit", "--no-squash", "--no-edit", "--no-verify", "-m", MESSAGE, COMMIT],
];

/**
 * Whether odw may make this call for any run, though "git" was not granted: it makes, reads or removes odw's own worktrees under
 * `<home>/worktrees` and their `odw/…` branches, and can change nothing else.
 */
export function isWorktreeGit(call: GitCall, home: string): boolean {
  const args = afterPrefix(call.args, WORKTREE_GIT_ARGS);
  if (!args) return false;
  return fits(args, FORMS, home) || (isWorktreeRoot(call.cwd, home) && fits(args, INSIDE_FORMS, home));
}

/** Whether the call is one that only the user's own command to merge a worktree may make, beside those of `isWorktreeGit`. */
export function isMergeGit(call: GitCall, home: string): boolean {
  const args = afterPrefix(call.args, WORKTREE_GIT_ARGS);
  if (!args) return false;
  if (fits(args, MERGE_FORMS, home)) return true;
  if (!isWorktreeRoot(call.cwd, home)) return false;
  return fits(afterPrefix(args, FALLBACK_IDENTITY) ?? args, MERGE_INSIDE_FORMS, home);
}

/** Whether `name` can be the branch of a merge: what git allows, less what would need quoting. */
export function isBranchName(name: string): boolean {
  return ANY_BRANCH_REF.test(`refs/heads/${name}`) && !name.startsWith("-");
}

/** Of the names of a repository's own settings, those that let it start programs in the calls above. */
export function programKeys(names: string[]): string[] {
  return names.filter((name) => /^(?:filter\..*\.(?:clean|smudge|process)|merge\..*\.driver)$/is.test(name));
}

function afterPrefix(args: string[], prefix: readonly string[]): string[] | null {
  return prefix.every((part, at) => args[at] === part) ? args.slice(prefix.length) : null;
}

function fits(args: string[], forms: readonly Part[][], home: string): boolean {
  return forms.some((form) => form.length === args.length && form.every((part, at) => isPart(args[at]!, part, home)));
}

function isPart(arg: string, part: Part, home: string): boolean {
  if (part === "<worktree>") return isPathLike(arg, home, WORKTREE_PATH);
  if (part === "<merge>") return isPathLike(arg, home, MERGE_PATH);
  return typeof part === "string" ? arg === part : part.test(arg);
}

function isWorktreeRoot(cwd: string, home: string): boolean {
  return isPathLike(cwd, home, WORKTREE_PATH) || isPathLike(cwd, home, MERGE_PATH);
}

/** `pattern` stands for what follows odw's home, with either separator. */
function isPathLike(path: string, home: string, pattern: RegExp): boolean {
  const folder = home.replace(/[/\\]+$/, "");
  return folder !== "" && path.startsWith(folder) && pattern.test(path.slice(folder.length).replaceAll("\\", "/"));
}
