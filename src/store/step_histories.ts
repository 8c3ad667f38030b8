// What the steps of a run have been through. Kept while the run is written, so that an event need not ask the database for it.
import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { EventBody } from "../run.ts";
import type { StepHistory } from "./projection.ts";

const KEPT: ReadonlySet<EventBody["type"]> = new Set(["step_started", "step_failed", "step_replayed", "step_skipped"]);
const NOTHING: StepHistory = [];

/** The histories of one run up to its event `seq`. */
export class RunHistories {
  /** Most steps are only started, once: of those the seq alone is kept. */
  readonly #steps = new Map<string, number | { seq: number; type: string }[]>();
  seq: number;

  constructor(seq: number, rows: readonly { step: string; seq: number; type: string }[]) {
    this.seq = seq;
    for (const row of rows) this.#keep(row.step, { seq: row.seq, type: row.type });
  }

  of(step: string | null): StepHistory {
    const known = step === null ? undefined : this.#steps.get(step);
    return known === undefined ? NOTHING : listOf(known);
  }

  /** Takes the next event of the run. */
  add(event: EventBody): void {
    this.seq++;
    if ("step" in event && KEPT.has(event.type)) this.#keep(event.step, { seq: this.seq, type: event.type });
  }

  #keep(step: string, entry: { seq: number; type: string }): void {
    const known = this.#steps.get(step);
    if (known !== undefined) this.#steps.set(step, [...listOf(known), entry]);
    else this.#steps.set(step, entry.type === "step_started" ? entry.seq : [entry]);
  }
}

function listOf(known: number | { seq: number; type: string }[]): { seq: number; type: string }[] {
  return typeof known === "number" ? [{ seq: known, type: "step_started" }] : known;
}

export class StepHistories {
  readonly #select: StatementSync;
  readonly #runs = new Map<string, RunHistories>();

  constructor(db: DatabaseSync) {
    const types = [...KEPT].map((type) => `'${type}'`).join(", ");
    this.#select = db.prepare(
      `SELECT step, seq, type FROM events WHERE run_id = ? AND type IN (${types}) ORDER BY seq`,
    );
  }

  /** undefined: nothing is kept, or `seq`, the run's last event in the database, says that another process has written since. */
  kept(runId: string, seq: number): RunHistories | undefined {
    const kept = this.#runs.get(runId);
    return kept?.seq === seq ? kept : undefined;
  }

  /** From the database, whose last event of the run is `seq`; kept from then on. */
  read(runId: string, seq: number): RunHistories {
    const rows = this.#select.all(runId) as unknown as { step: string; seq: number; type: string }[];
    const read = new RunHistories(seq, rows);
    this.#runs.set(runId, read);
    return read;
  }

  /** The run is not written any more, as far as can be known. */
  forget(runId: string): void {
    this.#runs.delete(runId);
  }
}
