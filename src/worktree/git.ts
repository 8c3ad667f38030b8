// Starts git for worktrees: always through the terminal ring, always in the forms of `worktree_git.ts`.
import { OdwError } from "../errors.ts";
import type { ProgramResult, Programs } from "../programs.ts";
import { WORKTREE_GIT_ARGS } from "../worktree_git.ts";

/** A diff is shown whole or not at all. */
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;
const TIME_LIMIT_MS = 10 * 60_000;
/** Another git of the user's may hold a lock for a moment: about 6 s in all. */
const LOCK_ATTEMPTS = 12;
const FIRST_WAIT_MS = 20;
const LONGEST_WAIT_MS = 1_000;

export interface Git {
  /** The result of a call that ended by itself, whatever its exit code; waits where another git holds a lock. */
  run(cwd: string, args: readonly string[]): Promise<ProgramResult & { exitCode: number }>;
  /** Its standard output. Throws OdwError `conflict` with git's own words when it fails; `doing` tells what was tried: "read …". */
  text(cwd: string, args: readonly string[], doing: string): Promise<string>;
  /** Its output without the line break; null when it failed. */
  line(cwd: string, args: readonly string[]): Promise<string | null>;
}

/** `writable`: what a sandbox must leave open to git: the repository's own folder and that of its worktrees. */
export function openGit(programs: Programs, writable: () => string[]): Git {
  const run = async (cwd: string, args: readonly string[]) => {
    for (let attempt = 1;; attempt++) {
      const result = await once({ programs, writable: writable() }, cwd, args);
      if (!isLockHeld(result) || attempt === LOCK_ATTEMPTS) return result;
      await pause(Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** attempt));
    }
  };
  return {
    run,
    async text(cwd, args, doing) {
      const result = await run(cwd, args);
      if (result.exitCode === 0) return result.stdout;
      throw new OdwError("conflict", `Git could not ${doing} in ${cwd}: ${gitWords(result)}`);
    },
    async line(cwd, args) {
      const result = await run(cwd, args);
      return result.exitCode === 0 ? result.stdout.replace(/\r?\n$/, "") : null;
    },
  };
}

/** What git said, as the end of a sentence. */
export function gitWords(result: ProgramResult): string {
  const words = (result.stderr.trim() || result.stdout.trim()).replace(/\.$/, "");
  return words === "" ? `it ended with exit code ${result.exitCode}` : words;
}

async function once(
  parts: { programs: Programs; writable: string[] },
  cwd: string,
  args: readonly string[],
): Promise<ProgramResult & { exitCode: number }> {
  const result = await parts.programs.run({
    program: "git",
    args: [...WORKTREE_GIT_ARGS, ...args],
    cwd,
    timeoutMs: TIME_LIMIT_MS,
    maxOutputBytes: MAX_OUTPUT_BYTES,
    writable: [cwd, ...parts.writable],
  }, new AbortController().signal);
  const name = `git ${args[0]}`;
  if (result.isTimedOut) {
    throw new OdwError("timeout", `${name} in ${cwd} took longer than ${TIME_LIMIT_MS / 60_000} min`);
  }
  if (result.isTruncated) {
    throw new OdwError("conflict", `${name} in ${cwd} printed more than ${MAX_OUTPUT_BYTES} bytes: call it by hand`);
  }
  if (result.exitCode === null) throw new OdwError("aborted", `${name} in ${cwd} was ended by a signal`);
  return { ...result, exitCode: result.exitCode };
}

/** File names stand in git's messages in every language. */
function isLockHeld(result: ProgramResult): boolean {
  return result.exitCode !== 0 && /\.lock['"’»“ :]/.test(result.stderr);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
