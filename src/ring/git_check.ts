// A last look at a repository's own settings before a git that was not granted: they could make it start other programs.
import { GIT_SETTINGS_ARGS, repositoryObjection, SAFE_GIT_ARGS, SAFE_GIT_ENVIRONMENT } from "../git_access.ts";
import type { ProgramResult } from "../programs.ts";
import { programKeys } from "../worktree_git.ts";

/** For the gits of odw's own worktrees: the user's settings count, no question is asked, no network is used. */
export const WORKTREE_GIT_ENVIRONMENT: Readonly<Record<string, string>> = without(SAFE_GIT_ENVIRONMENT, [
  "GIT_CONFIG_GLOBAL",
  "GIT_CONFIG_NOSYSTEM",
  "GIT_ATTR_NOSYSTEM",
]);

/** Why git must not be started here, as half a sentence; null: it may. `run` starts git with these arguments. */
export async function gitObjection(
  kind: "reading" | "worktree",
  run: (args: string[], environment: Readonly<Record<string, string>>) => Promise<ProgramResult>,
): Promise<string | null> {
  const { exitCode, stdout } = await run([...SAFE_GIT_ARGS, ...GIT_SETTINGS_ARGS], SAFE_GIT_ENVIRONMENT);
  // Outside a repository there are no settings, and git itself says what is wrong.
  if (exitCode !== 0) return null;
  if (kind === "reading") {
    const objection = repositoryObjection(stdout);
    return objection?.includes("not in a git repository") ? null : objection;
  }
  const entries = stdout.split("\0");
  const own = entries.filter((_, at) => at % 2 === 1 && ["local", "worktree"].includes(entries[at - 1]!));
  const [key] = programKeys(own);
  return key === undefined ? null : `the repository's own settings start a program (${key})`;
}

function without(variables: Readonly<Record<string, string>>, names: string[]): Record<string, string> {
  return Object.fromEntries(Object.entries(variables).filter(([name]) => !names.includes(name)));
}
