// Writes batches of events and, in the same transaction, the header rows that are projected from them.
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { OdwError } from "../errors.ts";
import type { EventBody } from "../run.ts";
import type { Batch, EncodedEvent } from "./group_commit.ts";
import { emptyHeader, projectEvent } from "./projection.ts";
import { type HeldHeader, RunHeaders } from "./run_headers.ts";
import { StepHistories } from "./step_histories.ts";

const STOPS: ReadonlySet<EventBody["type"]> = new Set(["run_paused", "run_completed", "run_failed", "run_cancelled"]);

/** Prepared once for a connection; every method expects an open transaction. */
export class EventWriter {
  readonly #path: string;
  readonly #headers: RunHeaders;
  readonly #insertEvent: StatementSync;
  readonly #histories: StepHistories;

  constructor(db: DatabaseSync, path: string) {
    this.#path = path;
    this.#headers = new RunHeaders(db);
    this.#insertEvent = db.prepare(
      "INSERT INTO events (run_id, seq, at, type, step, body) VALUES (?, ?, ?, ?, ?, ?)",
    );
    this.#histories = new StepHistories(db);
  }

  /** Makes the header row and writes the first events. */
  create(runId: string, name: string, startedAt: number, events: Iterable<EncodedEvent>): void {
    const run: HeldHeader = { owner: null, header: emptyHeader() };
    this.#headers.insert(runId, name, startedAt);
    this.#insertEvents(runId, run, events);
    this.#headers.save(runId, run);
    this.#histories.forget(runId);
  }

  /** Writes what can be written; gives the reason of each batch that was refused, by its position. */
  write(batches: Batch[]): Map<number, Error> {
    const refused = new Map<number, Error>();
    const runs = new Map<string, HeldHeader>();
    batches.forEach((batch, position) => {
      const run = runs.get(batch.runId) ?? this.#headers.read(batch.runId);
      const refusal = this.#refusal(batch, run);
      if (refusal) refused.set(position, refusal);
      else if (run) this.#insertOwned(run, batch);
      if (run) runs.set(batch.runId, run);
    });
    for (const [runId, run] of runs) {
      this.#headers.save(runId, run);
      if (run.hasStopped) this.#histories.forget(runId);
    }
    return refused;
  }

  #refusal(batch: Batch, run: HeldHeader | undefined): Error | undefined {
    if (!run) return new OdwError("not_found", `cannot append to run ${batch.runId}: ${this.#path} holds no such run`);
    if (batch.owner === undefined || batch.owner === run.owner) return undefined;
    const holder = run.owner === null ? "nobody holds its lease" : `${run.owner} holds its lease`;
    return new OdwError("conflict", `cannot append to run ${batch.runId} as ${batch.owner}: ${holder} now`);
  }

  #insertOwned(run: HeldHeader, { runId, owner, events }: Batch): void {
    this.#insertEvents(runId, run, events);
    if (owner !== undefined && events.some(({ event }) => STOPS.has(event.type))) run.hasStopped = true;
  }

  #insertEvents(runId: string, run: HeldHeader, events: Iterable<EncodedEvent>): void {
    let histories = this.#histories.kept(runId, run.header.lastSeq);
    for (const { event, at, body } of events) {
      const step = "step" in event ? event.step : null;
      projectEvent(run.header, event, at, (id) => {
        histories ??= this.#histories.read(runId, run.header.lastSeq - 1);
        return histories.of(id);
      });
      histories?.add(event);
      this.#insertEvent.run(runId, run.header.lastSeq, at, event.type, step, body);
    }
  }
}
