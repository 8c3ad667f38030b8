// What all operations on the worktrees of one repository share.
import type { Settings } from "../config.ts";
import { OdwError } from "../errors.ts";
import type { Programs } from "../programs.ts";
import { type Git, openGit } from "./git.ts";
import { adoptMoved } from "./moved.ts";
import { Owners } from "./owners.ts";
import { findRepository, type Repository } from "./repository.ts";
import { openTurns } from "./turn.ts";

export interface Yard {
  settings: Settings;
  git: Git;
  repository: Repository;
  owners: Owners;
  /** See `openTurns`. */
  inTurn<T>(work: () => Promise<T>): Promise<T>;
  /** Names of the worktrees that agents of this process work in. */
  inUse: Set<string>;
  /** By run: the number that was given last. */
  lastNumbers: Map<string, number>;
  /** Runs that have made a worktree here. */
  begun: Set<string>;
}

/** The workspace lies in no repository that could have worktrees. */
export class NoRepository extends OdwError {}

/** Finds the repository at the first call. Throws OdwError `denied` outside one, at every call anew: one may be made meanwhile. */
export function openYard(parts: { settings: Settings; programs: Programs }): () => Promise<Yard> {
  let found: Promise<Yard> | null = null;
  const forget = (error: unknown) => {
    found = null;
    throw error;
  };
  return () => found ??= enter(parts).catch(forget);
}

async function enter({ settings, programs }: { settings: Settings; programs: Programs }): Promise<Yard> {
  const writable: string[] = [];
  const git = openGit(programs, () => writable);
  const result = await findRepository(git, settings);
  if (!result.repository) {
    throw new NoRepository(
      "denied",
      `There can be no worktree: ${result.why}; run in a git repository, or leave out isolation: 'worktree'`,
    );
  }
  const { repository } = result;
  writable.push(repository.commonFolder, repository.folder);
  await adoptMoved(git, repository, settings.cwd);
  return {
    settings,
    git,
    repository,
    owners: new Owners(repository.folder),
    inTurn: openTurns(repository.folder),
    inUse: new Set(),
    lastNumbers: new Map(),
    begun: new Set(),
  };
}
