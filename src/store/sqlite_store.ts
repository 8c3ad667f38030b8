// The Store over one SQLite connection: who does what, and in which order.
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { setImmediate } from "node:timers";
import { OdwError } from "../errors.ts";
import type { Event, EventBody, EventText, Run, RunRecord, RunSpec, Step } from "../run.ts";
import { hasEnded } from "../run.ts";
import type { Command, EventFilter, Recorded, RunFilter, Store, StoreCheck } from "../store.ts";
import { checkDatabase } from "./check.ts";
import { explainedError, keepCopy } from "./corrupt_copy.ts";
import { deletePortion, deleteRun, oldRuns, shrinkSome } from "./deletion.ts";
import { EventWriter } from "./event_writer.ts";
import { exportHeader, exportLines } from "./export_run.ts";
import { type EncodedEvent, GroupCommit } from "./group_commit.ts";
import { type ImportedRun, readImport } from "./imported_run.ts";
import { Leases } from "./leases.ts";
import { readRecorded } from "./recorded.ts";
import { formatRunId, nextRunId, type RunIdParts } from "./run_id.ts";
import { eventOfRow, eventTextOfRow, RunReader, type TypedEventRow } from "./run_reader.ts";
import { StepReader } from "./step_reader.ts";
import { corruptionRemedy } from "./store_error.ts";
import { transaction } from "./transaction.ts";
import { WalFile } from "./wal_file.ts";

/** Everything but append() first commits what is waiting, so that each call sees what was appended before it. */
export class SqliteStore implements Store {
  readonly #db: DatabaseSync;
  readonly #path: string;
  readonly #now: () => number;
  readonly #writer: EventWriter;
  readonly #runs: RunReader;
  readonly #leases: Leases;
  readonly #group: GroupCommit;
  readonly #wal: WalFile;
  readonly #selectEvents: StatementSync;
  readonly #steps: StepReader;
  readonly #selectLease: StatementSync;
  #lastRunId: RunIdParts | null = null;
  #kept: Promise<string> | null = null;
  #isOpen = true;

  /** Takes over the connection: closes it when disposed. */
  constructor(db: DatabaseSync, path: string, now: () => number) {
    this.#db = db;
    this.#path = path;
    this.#now = now;
    this.#writer = new EventWriter(db, path);
    this.#runs = new RunReader(db, path, now);
    this.#leases = new Leases(db, now);
    this.#wal = new WalFile(path);
    this.#group = new GroupCommit(
      (batches) => transaction(db, () => this.#writer.write(batches)),
      () => this.#wal.persist(),
    );
    this.#selectEvents = db.prepare(
      `SELECT seq, at, type, body FROM events WHERE run_id = ?1 AND seq > ?2
       AND (?3 IS NULL OR type IN (SELECT value FROM json_each(?3))) ORDER BY seq LIMIT ?4`,
    );
    this.#steps = new StepReader(db);
    this.#selectLease = db.prepare("SELECT status, lease_until AS leaseUntil FROM runs WHERE id = ?");
  }

  createRun(spec: RunSpec): Promise<string> {
    return this.#settle("create a run", () => {
      const id = this.#nextId();
      const at = this.#now();
      const events = encode([{ type: "run_created", spec }], at);
      transaction(this.#db, () => this.#writer.create(id, spec.name, at, events));
      return id;
    });
  }

  async append(runId: string, events: EventBody[], owner?: string): Promise<void> {
    try {
      if (!this.#isOpen) throw new Error("database is not open");
      await this.#group.add({ runId, owner, events: encode(events, this.#now()) });
    } catch (error) {
      throw await this.#explained("append events", error);
    }
  }

  getRun(runId: string): Promise<RunRecord> {
    return this.#settle("read a run", () => this.#runs.record(runId));
  }

  findRun(ref: string): Promise<string> {
    return this.#settle("find a run", () => this.#runs.find(ref));
  }

  listRuns(filter: RunFilter): Promise<Run[]> {
    return this.#settle("list runs", () => this.#runs.list(filter));
  }

  events(runId: string, filter: EventFilter): Promise<Event[]> {
    return this.#settle("read events", () => this.#eventRows(runId, filter).map(eventOfRow));
  }

  eventTexts(runId: string, filter: EventFilter): Promise<EventText[]> {
    return this.#settle("read events", () => this.#eventRows(runId, filter).map(eventTextOfRow));
  }

  steps(runId: string): Promise<Step[]> {
    return this.#settle("read steps", () => {
      this.#runs.header(runId);
      return this.#steps.all(runId, () => this.#isLive(runId));
    });
  }

  step(runId: string, ref: string): Promise<Step | undefined> {
    return this.#settle("read a step", () => this.#steps.one(runId, ref, this.#isLive(runId)));
  }

  claim(runId: string, owner: string, leaseMs: number): Promise<boolean> {
    return this.#settle("claim a run", () => {
      this.#runs.header(runId);
      return this.#leases.claim(runId, owner, leaseMs);
    });
  }

  renew(runId: string, owner: string, leaseMs: number): Promise<boolean> {
    return this.#settle("renew a lease", () => this.#leases.renew(runId, owner, leaseMs));
  }

  release(runId: string, owner: string): Promise<void> {
    return this.#settle("release a run", () => this.#leases.release(runId, owner));
  }

  sendCommand(runId: string, command: Command): Promise<void> {
    return this.#settle("send a command", () => {
      this.#runs.header(runId);
      this.#leases.send(runId, command);
    });
  }

  takeCommands(runId: string): Promise<Command[]> {
    return this.#settle("take commands", () => this.#leases.take(runId));
  }

  recorded(runId: string): Promise<Recorded> {
    return this.#settle("read recorded answers", () => {
      this.#runs.header(runId);
      return readRecorded(this.#db, runId);
    });
  }

  async *exportRun(runId: string): AsyncIterable<string> {
    await this.#settle("export a run", () => this.#runs.header(runId));
    try {
      yield* exportLines(this.#db, runId);
    } catch (error) {
      throw await this.#explained("export a run", error);
    }
  }

  async importRun(lines: AsyncIterable<string>): Promise<string> {
    const run = await readImport(lines);
    const id = await this.#settle("import a run", () => transaction(this.#db, () => this.#writeImport(run)));
    try {
      await this.#wal.persist();
    } catch (error) {
      throw await this.#explained("import a run", error);
    }
    return id;
  }

  async deleteRun(runId: string): Promise<void> {
    await this.#settle("delete a run", () => deleteRun(this.#db, this.#runs.header(runId), this.#now()));
    await this.#shrink();
  }

  async deleteStartedBefore(time: number, { dryRun }: { dryRun: boolean }): Promise<string[]> {
    const portions = await this.#settle("look for old runs", () => oldRuns(this.#db, time, this.#now()));
    if (dryRun) return portions.flat();
    const deleted: string[] = [];
    for (const ids of portions) {
      deleted.push(...await this.#settle("delete old runs", () => deletePortion(this.#db, ids, this.#now())));
      await new Promise((resolve) => setImmediate(resolve));
    }
    if (deleted.length > 0) await this.#shrink();
    return deleted;
  }

  /** Other processes and this one's runs write in between. */
  async #shrink(): Promise<void> {
    while (this.#isOpen && shrinkSome(this.#db)) await new Promise((resolve) => setImmediate(resolve));
  }

  async check({ repair } = { repair: false }): Promise<StoreCheck> {
    const options = { path: this.#path, now: this.#now(), isRepairing: repair };
    const check = await this.#settle("check the journal", () => checkDatabase(this.#db, options));
    if (check.problems.length === 0) return check;
    const kept = await this.#keepCopy();
    return { ...check, problems: [...check.problems, `${kept}; ${corruptionRemedy(this.#path)}`] };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#isOpen) return;
    await this.#group.drain();
    await this.#settle("close the journal", () => {
      this.#isOpen = false;
      this.#wal[Symbol.dispose]();
      this.#db.close();
    });
  }

  /** A failed run of `act` becomes an OdwError `store` that names the attempt. */
  async #settle<Value>(attempt: string, act: () => Value | Promise<Value>): Promise<Value> {
    this.#group.flush();
    try {
      return await act();
    } catch (error) {
      throw await this.#explained(attempt, error);
    }
  }

  #explained(attempt: string, thrown: unknown): Promise<OdwError> {
    return explainedError(this.#path, { attempt, thrown }, () => this.#keepCopy());
  }

  #eventRows(runId: string, { after, types, limit }: EventFilter): TypedEventRow[] {
    const wanted = types ? JSON.stringify(types) : null;
    const rows = this.#selectEvents.all(runId, after, wanted, limit ?? -1);
    if (rows.length === 0) this.#runs.header(runId);
    return rows as unknown as TypedEventRow[];
  }

  /** Once, however many calls meet the damage. */
  #keepCopy(): Promise<string> {
    return this.#kept ??= keepCopy(this.#db, this.#path, this.#now());
  }

  /** Expects an open transaction. */
  #writeImport({ header, spec, startedAt, events }: ImportedRun): string {
    const { runId } = header;
    const present = exportHeader(this.#db, runId);
    if (present.events === 0) this.#writer.create(runId, spec.name, startedAt, events());
    else if (present.sha256 !== header.sha256) {
      throw new OdwError(
        "conflict",
        `cannot import run ${runId}: ${this.#path} holds a different run of that id (${present.events} events, the imported one has ${header.events}); keep it, or delete it with odw rm ${runId} and import again`,
      );
    }
    return runId;
  }

  #nextId(): string {
    this.#lastRunId = nextRunId(this.#lastRunId, this.#now());
    return formatRunId(this.#lastRunId);
  }

  #isLive(runId: string): boolean {
    const run = this.#runs.header(runId);
    const lease = this.#selectLease.get(runId)?.["leaseUntil"] ?? null;
    return !hasEnded(run.status) && lease !== null && Number(lease) > this.#now();
  }
}

/** Times are those of the call, not of the commit. */
function encode(events: EventBody[], at: number): EncodedEvent[] {
  return events.map((event) => ({ event, at, body: JSON.stringify(event) }));
}
