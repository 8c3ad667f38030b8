// The repository that the workspace lies in, as far as worktrees need to know it.
import { isAbsolute, join, resolve } from "node:path";
import type { Settings } from "../config.ts";
import { OdwError } from "../errors.ts";
import { programKeys } from "../worktree_git.ts";
import { type Git, gitWords } from "./git.ts";

export interface Repository {
  /** Absolute: the folder that all worktrees of the repository share. */
  commonFolder: string;
  /** Of the working tree that the workspace lies in, as git writes it. */
  root: string;
  /** Way from the root to the workspace; empty at the root. */
  prefix: string;
  /** Where odw keeps the worktrees of this repository. */
  folder: string;
}

/** null: the workspace lies in no working tree; `why` gets the reason, as the start of a sentence. */
export async function findRepository(
  git: Git,
  settings: Settings,
): Promise<{ repository: Repository } | { repository: null; why: string }> {
  const { cwd } = settings;
  const found = await git.run(cwd, ["rev-parse", "--is-bare-repository", "--is-inside-work-tree", "--git-common-dir"]);
  if (found.exitCode !== 0) {
    const isForeign = /dubious ownership|safe\.directory/.test(found.stderr);
    return { repository: null, why: isForeign ? gitWords(found) : `${cwd} is not in a git repository` };
  }
  const [isBare, isInside, commonFolder] = found.stdout.split(/\r?\n/);
  if (isInside !== "true" || !commonFolder) {
    const why = isBare === "true"
      ? `${cwd} is a bare repository, which has no working tree`
      : `${cwd} lies in git's own folder`;
    return { repository: null, why };
  }
  const [prefix, root] = await Promise.all([
    git.text(cwd, ["rev-parse", "--show-prefix"], "find the repository"),
    git.text(cwd, ["rev-parse", "--show-toplevel"], "find the repository"),
  ]);
  const absolute = isAbsolute(commonFolder) ? resolve(commonFolder) : resolve(cwd, commonFolder);
  return {
    repository: {
      commonFolder: absolute,
      root: withoutBreak(root),
      prefix: withoutBreak(prefix).replace(/\/$/, ""),
      folder: join(settings.home, "worktrees", await shortHash(absolute)),
    },
  };
}

/**
 * Throws OdwError `denied` where the repository's own settings name programs that git would start for odw, unless the user granted git:
 * a folder from elsewhere must not run anything.
 */
export async function refuseProgramSettings(git: Git, settings: Settings): Promise<void> {
  if (settings.grants.run.some((name) => name === "git" || name === "*")) return;
  const listed = await git.text(
    settings.cwd,
    ["config", "--null", "--name-only", "--show-scope", "--list"],
    "read the repository's settings",
  );
  const parts = listed.split("\0");
  const own = parts.filter((_, at) => at % 2 === 1 && ["local", "worktree"].includes(parts[at - 1]!));
  const [key] = programKeys(own);
  if (!key) return;
  throw new OdwError(
    "denied",
    `A worktree cannot be made or read: this repository's own git settings start a program (${key}); ` +
      "check what it is with `git config --local --list`, then grant git with --allow-run=git",
  );
}

function withoutBreak(text: string): string {
  return text.replace(/\r?\n$/, "");
}

async function shortHash(text: string): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
  return Array.from(digest.subarray(0, 8), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
