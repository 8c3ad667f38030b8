// Which programs a command may have started: a pure function, asked by the terminal ring for every request of the engine ring.
import type { Settings } from "./config.ts";
import { gitAccess } from "./git_access.ts";
import type { ProgramRequest } from "./programs.ts";
import { isMergeGit, isWorktreeGit } from "./worktree_git.ts";

/**
 * Why a program may be started. "granted": the user named it, or any. "asked": the tools ask the user for each command. "reading": a git
 * that only reads, with the safe arguments and environment. "worktree": a git of odw's own worktrees, in one of their fixed forms.
 */
export type ProgramPermit = "granted" | "asked" | "reading" | "worktree";

type Called = Pick<ProgramRequest, "program" | "args" | "cwd">;
type Places = Pick<Settings, "cwd" | "home" | "repositoryRoot" | "grants">;

/** null: it may not be started. `mayMerge`: the command is the user's own to merge worktrees. */
export function programPermit(
  request: Called,
  { settings, mayMerge = false }: { settings: Places; mayMerge?: boolean },
): ProgramPermit | null {
  const { program, args } = request;
  const { grants, home } = settings;
  if (program === "git") {
    if (isWorktreeGit(request, home) || (mayMerge && isMergeGit(request, home))) return "worktree";
    if (isNamed("git", settings)) return "granted";
    if (gitAccess(args).access === "read") return "reading";
  }
  if (isNamed(program, settings)) return "granted";
  return grants.approve.includes("run") ? "asked" : null;
}

/** Whether the request may be started at all. */
export function isPermittedProgram(request: Called, settings: Places): boolean {
  return programPermit(request, { settings }) !== null;
}

/** The folders that a program may work in and, where a sandbox is there, write to. */
export function programFolders({ cwd, home, grants }: Places): string[] {
  return [cwd, `${home}/worktrees`, ...grants.write];
}

/** By its bare name, its absolute path, or `./path` from the workspace, which in a worktree is the same place of that. */
function isNamed(program: string, settings: Places): boolean {
  const { run } = settings.grants;
  if (run.includes("*") || run.includes(program)) return true;
  return run.some((grant) => grant.startsWith("./") && isScript(program, grant.slice(2), settings));
}

function isScript(program: string, path: string, { cwd, home, repositoryRoot }: Places): boolean {
  const [place, workspace, worktrees] = [program, cwd, `${home}/worktrees`].map(plain) as [string, string, string];
  if (place === `${workspace}/${path}`) return true;
  if (!place.startsWith(`${worktrees}/`)) return false;
  const inside = place.slice(worktrees.length + 1).split("/").slice(2).join("/");
  const root = plain(repositoryRoot ?? cwd);
  const prefix = workspace.startsWith(`${root}/`) ? `${workspace.slice(root.length + 1)}/` : "";
  return inside === `${prefix}${path}`;
}

function plain(path: string): string {
  return path.replaceAll("\\", "/").replace(/\/+$/, "");
}
