// One at a time for the worktrees of a repository, in this process and among all: git's own locks fail instead of waiting.
import type { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import { tryLock } from "./try_lock.ts";

const LOOK_EVERY_MS = 20;

/** Runs what it is given one after the other, while it holds the folder's lock. */
export function openTurns(folder: string): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return <T>(work: () => Promise<T>) => {
    const turn = last.then(() => locked(folder, work));
    last = turn.catch(() => {});
    return turn;
  };
}

async function locked<T>(folder: string, work: () => Promise<T>): Promise<T> {
  await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
  const lock = await untilLocked(join(folder, "lock"));
  try {
    return await work();
  } finally {
    lock.close();
  }
}

async function untilLocked(path: string): Promise<DatabaseSync> {
  for (;;) {
    const lock = tryLock(path);
    if (lock) return lock;
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}
