// Reads steps from their events: all of a run, or one of thousands.
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { setImmediate } from "node:timers";
import type { Event, Step } from "../run.ts";
import { EventPages } from "./event_pages.ts";
import { eventOfRow, type EventRow } from "./run_reader.ts";
import { createStepFold } from "./steps.ts";

const BEGINNINGS = "'step_started', 'step_failed', 'step_replayed'";

/** Prepared once for a connection. */
export class StepReader {
  readonly #pages: EventPages;
  readonly #selectIds: StatementSync;
  readonly #selectStart: StatementSync;
  readonly #selectEvents: StatementSync;

  constructor(db: DatabaseSync) {
    this.#pages = new EventPages(db, "step IS NOT NULL OR type = 'run_resumed'");
    const begins = "run_id = ?1 AND step >= ?2 AND step < ?2 || char(0x10ffff)";
    this.#selectIds = db.prepare(
      `SELECT step FROM (
         SELECT step FROM events INDEXED BY events_of_steps WHERE ${begins} AND type IN (${BEGINNINGS})
         UNION SELECT step FROM events INDEXED BY skips_of_steps WHERE ${begins} AND type = 'step_skipped'
       ) ORDER BY step LIMIT 1`,
    );
    this.#selectStart = db.prepare(
      `SELECT min(seq) AS seq FROM events INDEXED BY events_of_steps
       WHERE run_id = ? AND step = ? AND type IN (${BEGINNINGS})`,
    );
    this.#selectEvents = db.prepare(
      `SELECT seq, at, body FROM events
       WHERE run_id = ? AND seq >= ? AND (step = ? OR type = 'run_resumed') ORDER BY seq`,
    );
  }

  /** By portions: others have their turn between them. */
  async all(runId: string, isLive: () => boolean): Promise<Step[]> {
    const fold = createStepFold();
    for (const rows of this.#pages.portions(runId)) {
      for (const row of rows) fold.add(eventOfRow(row));
      await new Promise((resolve) => setImmediate(resolve));
    }
    return fold.steps(isLive());
  }

  /** The step of this id, else the first whose id begins so. */
  one(runId: string, ref: string, isLive: boolean): Step | undefined {
    const id = this.#selectIds.get(runId, ref)?.["step"];
    if (typeof id !== "string") return undefined;
    const fold = createStepFold();
    for (const event of this.#eventsOf(runId, id)) fold.add(event);
    return fold.steps(isLive).find((step) => step.id === id);
  }

  /** From its start; a step that was skipped while it waited has none, and its names stand earlier. */
  #eventsOf(runId: string, id: string): Event[] {
    const start = this.#selectStart.get(runId, id)?.["seq"] ?? 0;
    return (this.#selectEvents.all(runId, start, id) as unknown as EventRow[]).map(eventOfRow);
  }
}
