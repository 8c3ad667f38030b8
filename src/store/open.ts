// Opens the journal: the one door to this room.
import type { Store } from "../store.ts";
import { openDatabase } from "./database.ts";
import { SqliteStore } from "./sqlite_store.ts";
import { storeError } from "./store_error.ts";

export interface StoreOptions {
  /** Milliseconds since the epoch; given by tests. */
  now?: () => number;
  /** How long to wait for another process's transaction. Default 5,000. */
  busyTimeoutMs?: number;
}

/**
 * Opens the database at `path` (its folder must exist), makes it when there is none, and brings its schema up to date.
 * Throws OdwError `store` when it is locked, corrupted, read-only, of a newer odw, or no database of odw; then the file is
 * left as it was; of a corrupted one a copy is kept beside it.
 */
export async function openStore(path: string, options: StoreOptions = {}): Promise<Store> {
  const db = await openDatabase(path, options.busyTimeoutMs);
  try {
    return new SqliteStore(db, path, options.now ?? Date.now);
  } catch (error) {
    db.close();
    throw storeError(path, "open the journal", error);
  }
}
