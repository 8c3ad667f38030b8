// What the steps of a run have been through. Kept while the run is written, so that an event need not ask the database for it.
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { createHash } from "node:crypto";
import { KeyTable } from "../key_table.ts";
import type { EventBody } from "../run.ts";
import { HISTORY_TYPES, type HistoryType, type StepHistory } from "./projection.ts";

/** Of an ordinal no more than the table holds exactly. */
const KEY = /^([0-9a-f]{32})#(0|[1-9]\d{0,8})$/;
const TYPES = HISTORY_TYPES.length;

/** The histories of one run up to its event `seq`. */
export class RunHistories {
  /** Of each step: its last entry, as its seq times TYPES plus the place of its type in HISTORY_TYPES; the seq of its last replay. */
  readonly #steps = new KeyTable(2);
  /** An event is looked up and then kept: where its step stands is found once. */
  #last = { step: "", at: -1 };
  seq: number;

  constructor(seq: number, rows: Iterable<{ step: string; seq: number; type: HistoryType }> = []) {
    this.seq = seq;
    for (const row of rows) this.#keep(row.step, row.seq, row.type);
  }

  of(step: string): StepHistory {
    const at = this.#at(step);
    const { numbers } = this.#steps;
    const last = numbers[at]!;
    return { seq: Math.floor(last / TYPES), type: HISTORY_TYPES[last % TYPES]!, replaySeq: numbers[at + 1]! };
  }

  /** Takes the next event of the run. */
  add(event: EventBody): void {
    this.seq++;
    if ("step" in event && isKept(event.type)) this.#keep(event.step, this.seq, event.type);
  }

  #keep(step: string, seq: number, type: HistoryType): void {
    const at = this.#at(step);
    const { numbers } = this.#steps;
    numbers[at] = seq * TYPES + HISTORY_TYPES.indexOf(type);
    if (type === "step_replayed") numbers[at + 1] = seq;
  }

  /** Ids of steps are made of the key that the table wants; a journal of another hand may hold others. */
  #at(step: string): number {
    if (this.#last.at < 0 || this.#last.step !== step) {
      const [, key = createHash("sha256").update(step).digest("hex"), ordinal = "0"] = KEY.exec(step) ?? [];
      this.#last = { step, at: this.#steps.at(key, Number(ordinal)) };
    }
    return this.#last.at;
  }
}

function isKept(type: EventBody["type"]): type is HistoryType {
  return (HISTORY_TYPES as readonly string[]).includes(type);
}

export class StepHistories {
  readonly #select: StatementSync;
  readonly #runs = new Map<string, RunHistories>();

  constructor(db: DatabaseSync) {
    const types = HISTORY_TYPES.map((type) => `'${type}'`).join(", ");
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
    const rows = this.#select.iterate(runId) as Iterable<never>;
    const read = new RunHistories(seq, rows);
    this.#runs.set(runId, read);
    return read;
  }

  /** The run is not written any more, as far as can be known. */
  forget(runId: string): void {
    this.#runs.delete(runId);
  }
}
