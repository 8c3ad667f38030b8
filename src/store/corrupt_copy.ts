// A copy of a damaged database, made before anyone tries to mend it.
import { backup, type DatabaseSync } from "node:sqlite";
import { basename, dirname, join } from "node:path";
import { OdwError } from "../errors.ts";
import { isCorrupted, storeError } from "./store_error.ts";

/** storeError(), and for a damaged file the words of `keep` about the copy of it. */
export async function explainedError(
  path: string,
  failure: { attempt: string; thrown: unknown },
  keep: () => Promise<string>,
): Promise<OdwError> {
  const error = storeError(path, failure.attempt, failure.thrown);
  if (failure.thrown instanceof OdwError || !isCorrupted(failure.thrown)) return error;
  return new OdwError("store", `${error.message}; ${await keep()}`, { cause: failure.thrown });
}

/**
 * Copies the database into `backups` beside it, as `<name>.corrupt-<time>`, unless that was done before; says in words what is there.
 * SQLite copies its pages as they are, with what is in the -wal file: to open the file by other means would drop the locks
 * of this process.
 */
export async function keepCopy(db: DatabaseSync, path: string, nowMs: number): Promise<string> {
  if (path === ":memory:") return "no copy can be kept of a database in memory";
  try {
    const earlier = await earlierCopy(path);
    if (earlier) return `a copy of it is kept at ${earlier}`;
    await Deno.mkdir(folderOf(path), { recursive: true, mode: 0o700 });
    const copy = `${join(folderOf(path), basename(path))}.corrupt-${
      new Date(nowMs).toISOString().slice(0, 19).replaceAll(":", "-")
    }Z`;
    const part = `${copy}.${crypto.randomUUID()}.part`;
    await backup(db, part);
    await Deno.rename(part, copy);
    return `a copy of it is kept at ${copy}`;
  } catch (error) {
    return `no copy of it could be kept (${(error as Error).message}): copy it yourself before you mend it`;
  }
}

/** A copy of this file, not of one that stood here before. */
async function earlierCopy(path: string): Promise<string | null> {
  const bornAt = (await Deno.stat(path)).birthtime?.getTime() ?? 0;
  for (const entry of await entriesOf(folderOf(path))) {
    if (!entry.name.startsWith(`${basename(path)}.corrupt-`) || entry.name.endsWith(".part")) continue;
    const copy = join(folderOf(path), entry.name);
    const madeAt = (await Deno.stat(copy)).mtime?.getTime() ?? Infinity;
    if (madeAt >= bornAt) return copy;
  }
  return null;
}

/** The engine may write here, beside the database's own files. */
function folderOf(path: string): string {
  return join(dirname(path), "backups");
}

async function entriesOf(folder: string): Promise<Deno.DirEntry[]> {
  try {
    return await Array.fromAsync(Deno.readDir(folder));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}
