// Reads steps from their events: all of a run, or one of thousands.
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { setImmediate } from "node:timers";
import type { Event, Step } from "../run.ts";
import { EventPages } from "./event_pages.ts";
import { eventOfRow, type EventRow } from "./run_reader.ts";
import { createStepFold } from "./steps.ts";

const BEGINNINGS: ReadonlySet<string> = new Set(["step_started", "step_failed", "step_replayed", "step_skipped"]);

/** An event without its body. */
interface Mark {
  seq: number;
  type: string;
  /** null: the run was resumed. */
  step: string | null;
}

/** Prepared once for a connection. */
export class StepReader {
  readonly #pages: EventPages;
  readonly #selectMarks: StatementSync;
  readonly #selectEvent: StatementSync;

  constructor(db: DatabaseSync) {
    this.#pages = new EventPages(db, "step IS NOT NULL OR type = 'run_resumed'");
    this.#selectMarks = db.prepare(
      `SELECT seq, type, step FROM events
       WHERE run_id = ?1 AND (step >= ?2 AND step < ?2 || char(0x10ffff) OR type = 'run_resumed') ORDER BY seq`,
    );
    this.#selectEvent = db.prepare("SELECT seq, at, body FROM events WHERE run_id = ? AND seq = ?");
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
    const marks = this.#selectMarks.all(runId, ref) as unknown as Mark[];
    const id = firstStep(marks);
    if (id === null) return undefined;
    const fold = createStepFold();
    for (const { seq } of marksOf(marks, id)) fold.add(this.#event(runId, seq));
    return fold.steps(isLive).find((step) => step.id === id);
  }

  #event(runId: string, seq: number): Event {
    return eventOfRow(this.#selectEvent.get(runId, seq) as unknown as EventRow);
  }
}

function firstStep(marks: Mark[]): string | null {
  let first: string | null = null;
  for (const { step, type } of marks) {
    if (step !== null && BEGINNINGS.has(type) && (first === null || step < first)) first = step;
  }
  return first;
}

/** From the step's start; one that was skipped while it waited has none, and its names stand earlier. */
function marksOf(marks: Mark[], id: string): Mark[] {
  const own = marks.filter(({ step }) => step === id || step === null);
  const start = own.findIndex(({ step, type }) => step === id && type !== "step_skipped" && BEGINNINGS.has(type));
  return start < 0 ? own : own.slice(start);
}
