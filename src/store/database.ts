// Opening the database file: what stands at the path is checked before anything is changed.
import { DatabaseSync } from "node:sqlite";
import { dirname } from "node:path";
import { OdwError } from "../errors.ts";
import { explainedError, keepCopy } from "./corrupt_copy.ts";
import { checkedVersion, migrate } from "./migrations.ts";
import { isLocked, storeError } from "./store_error.ts";

/**
 * NORMAL: COMMIT itself does not wait for the disk. GroupCommit does, off the thread (WalFile), before it tells anyone: what was paid for
 * survives a power loss, and the engine goes on meanwhile.
 */
const SYNCHRONOUS = "NORMAL";

/** How long a statement waits for another process's transaction. */
const BUSY_TIMEOUT_MS = 5_000;

const ATTEMPT = "open the journal";

/** Opens, creates or upgrades the database at `path`. Throws OdwError `store`. */
export async function openDatabase(path: string, busyTimeoutMs: number = BUSY_TIMEOUT_MS): Promise<DatabaseSync> {
  try {
    await checkPath(path);
    return await connect(path, busyTimeoutMs);
  } catch (error) {
    throw storeError(path, ATTEMPT, error);
  }
}

/** SQLite does not wait for a lock while it switches to WAL or recovers: several processes may open a new file at once. */
async function connect(path: string, busyTimeoutMs: number): Promise<DatabaseSync> {
  const giveUpAt = performance.now() + busyTimeoutMs;
  for (;;) {
    const db = new DatabaseSync(path);
    try {
      prepare(db, path, busyTimeoutMs);
      return db;
    } catch (error) {
      const failure = await explainedError(
        path,
        { attempt: ATTEMPT, thrown: error },
        () => keepCopy(db, path, Date.now()),
      );
      db.close();
      if (!isLocked(error) || performance.now() > giveUpAt) throw failure;
    }
    await new Promise((resolve) => setTimeout(resolve, 5 + Math.random() * 20));
  }
}

function prepare(db: DatabaseSync, path: string, busyTimeoutMs: number): void {
  db.exec(`PRAGMA busy_timeout = ${busyTimeoutMs}`);
  const version = checkedVersion(db, path);
  // Only a new file takes it: deleted runs give their space back in portions (deletion.ts).
  if (version === 0) db.exec("PRAGMA auto_vacuum = INCREMENTAL");
  db.exec("PRAGMA journal_mode = WAL");
  db.exec(`PRAGMA synchronous = ${SYNCHRONOUS}; PRAGMA temp_store = MEMORY; PRAGMA foreign_keys = ON`);
  migrate(db, path);
}

/** Never opens the file itself: closing a second descriptor would drop SQLite's locks of this process. */
async function checkPath(path: string): Promise<void> {
  if (path === ":memory:") return;
  const found = await statOrNull(path);
  if (found?.isDirectory) {
    throw new OdwError("store", `cannot open the journal ${path}: a folder has that name; move it away`);
  }
  if (found) return;
  const folder = dirname(path);
  if (await isMissing(folder)) {
    throw new OdwError("store", `cannot create the journal ${path}: there is no folder ${folder}; create it`);
  }
}

/** A folder that this process may not look at is left to SQLite, which needs the files alone. */
async function isMissing(folder: string): Promise<boolean> {
  try {
    return !(await statOrNull(folder))?.isDirectory;
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) return false;
    throw error;
  }
}

async function statOrNull(path: string): Promise<Deno.FileInfo | null> {
  try {
    return await Deno.stat(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}
