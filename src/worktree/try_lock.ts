// A lock among processes that never waits, and that ends with its process, however it ends.
import { DatabaseSync } from "node:sqlite";

/**
 * The lock, until it is closed; null: somebody has it. An empty SQLite file: Deno has no call that tries for a file's lock on every
 * supported version, and one that waits does not come back inside a worker of the executable.
 */
export function tryLock(path: string): DatabaseSync | null {
  const database = new DatabaseSync(path);
  try {
    database.exec("PRAGMA busy_timeout = 0; PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE");
    return database;
  } catch (error) {
    database.close();
    if (error instanceof Error && /locked|busy/i.test(error.message)) return null;
    throw error;
  }
}
