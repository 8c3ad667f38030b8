// The events of one run by portions, so that memory stays small whatever a run's length.
import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { EventRow } from "./run_reader.ts";

/** Rows that are read at once. */
const PORTION = 500;

/** Reads the events that `condition` (SQL over a row of `events`) lets through. Prepared once, used for any run. */
export class EventPages {
  readonly #select: StatementSync;

  constructor(db: DatabaseSync, condition: string) {
    this.#select = db.prepare(
      `SELECT seq, at, body FROM events WHERE run_id = ? AND seq > ? AND (${condition}) ORDER BY seq LIMIT ${PORTION}`,
    );
  }

  /**
   * In order of seq. By statements that end before a row is given, so that the reader may take its time; never by iterate(),
   * which ends silently where the database is corrupted.
   */
  *of(runId: string): Iterable<EventRow> {
    for (const rows of this.portions(runId)) yield* rows;
  }

  /** The same, as they are read. */
  *portions(runId: string): Iterable<EventRow[]> {
    for (let after = 0;;) {
      const rows = this.#select.all(runId, after) as unknown as EventRow[];
      yield rows;
      if (rows.length < PORTION) return;
      after = rows.at(-1)!.seq;
    }
  }
}
