// One at a time for the worktrees of a repository, in this process and among all: git's own locks fail instead of waiting.
import { join } from "node:path";

/** Runs what it is given one after the other, while it holds the folder's lock file. */
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
  using file = await Deno.open(join(folder, "lock"), { create: true, write: true, mode: 0o600 });
  await file.lock(true);
  return await work();
}
