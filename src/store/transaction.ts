// One write transaction, taken at once so that it never fails halfway for another process's lock.
import type { DatabaseSync } from "node:sqlite";

/** Runs `write` and commits; rolls back and throws what it throws. */
export function transaction<Value>(db: DatabaseSync, write: () => Value): Value {
  db.exec("BEGIN IMMEDIATE");
  try {
    const value = write();
    db.exec("COMMIT");
    return value;
  } catch (error) {
    rollBack(db);
    throw error;
  }
}

/** SQLite has rolled back by itself after a full disk or an I/O error; then there is nothing left to end. */
function rollBack(db: DatabaseSync): void {
  try {
    db.exec("ROLLBACK");
  } catch (error) {
    if (!(error instanceof Error && error.message.includes("no transaction is active"))) throw error;
  }
}
