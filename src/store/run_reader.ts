// Reads runs: their header rows for lists, and the record that is folded from a run's own events.
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { OdwError } from "../errors.ts";
import type { Event, EventText, Run, RunCensus, RunRecord, RunStatus } from "../run.ts";
import type { RunFilter } from "../store.ts";
import { READ_TOKENS } from "./read_tokens.ts";
import { foldRecord } from "./record.ts";

interface RunRow {
  id: string;
  name: string;
  status: RunStatus;
  startedAt: number;
  endedAt: number | null;
  reason: string | null;
  agents: number;
  doneAgents: number;
  emptyAgents: number;
  failedAgents: number;
  skippedAgents: number;
  cachedAgents: number;
  inputTokens: number;
  outputTokens: number;
  costUsd: number | null;
  isOwned: 0 | 1;
}

/** How many runs a `not_found` message names. */
const NAMED_RUNS = 5;

/** A run that is at work needs a living owner: without one it was interrupted. ?1 is the time of asking. */
const EFFECTIVE_STATUS = `CASE
  WHEN status = 'running' AND coalesce(lease_until, 0) <= ?1 THEN 'interrupted'
  WHEN status = 'queued' AND lease_until <= ?1 THEN 'interrupted'
  ELSE status END`;

const COLUMNS = `id, name, ${EFFECTIVE_STATUS} AS status, started_at AS startedAt, ended_at AS endedAt, reason, agents,
  done_agents AS doneAgents, empty_agents AS emptyAgents, failed_agents AS failedAgents,
  skipped_agents AS skippedAgents, cached_agents AS cachedAgents, ${READ_TOKENS}, cost_usd AS costUsd, coalesce(lease_until, 0) > ?1 AS isOwned`;

/** Prepared once for a connection. */
export class RunReader {
  readonly #path: string;
  readonly #now: () => number;
  readonly #selectRun: StatementSync;
  readonly #selectRuns: StatementSync;
  readonly #selectRunEvents: StatementSync;
  readonly #selectIds: StatementSync;

  constructor(db: DatabaseSync, path: string, now: () => number) {
    this.#path = path;
    this.#now = now;
    this.#selectRun = db.prepare(`SELECT ${COLUMNS} FROM runs WHERE id = ?2`);
    this.#selectRuns = db.prepare(
      `SELECT * FROM (SELECT ${COLUMNS} FROM runs WHERE id < ?2 ORDER BY id DESC)
       WHERE ?3 IS NULL OR status IN (SELECT value FROM json_each(?3)) LIMIT ?4`,
    );
    this.#selectRunEvents = db.prepare(
      `SELECT body, seq, at FROM events INDEXED BY events_of_runs WHERE run_id = ? AND step IS NULL
         AND type IN ('run_created', 'run_started', 'run_resumed', 'run_paused', 'run_waiting', 'question_answered',
         'run_completed', 'run_failed', 'run_cancelled', 'failure_recorded') ORDER BY seq`,
    );
    this.#selectIds = db.prepare("SELECT id FROM runs WHERE id >= ?1 AND id < ?1 || '{' ORDER BY id DESC LIMIT ?2");
  }

  /** The run's header. Throws `not_found`. */
  header(runId: string): Run {
    return runOfRow(this.#row(runId));
  }

  record(runId: string): RunRecord {
    const row = this.#row(runId);
    const events = this.#selectRunEvents.all(runId) as unknown as EventRow[];
    const record = foldRecord(runOfRow(row), censusOfRow(row), events.map(eventOfRow));
    record.isOwned = row.isOwned === 1;
    return record;
  }

  list(filter: RunFilter): Run[] {
    const before = filter.before ?? "{";
    const status = filter.status ? JSON.stringify(filter.status) : null;
    const rows = this.#selectRuns.all(this.#now(), before, status, filter.limit ?? -1);
    return (rows as unknown as RunRow[]).map(runOfRow);
  }

  /** The id that `ref` names. Throws `not_found` with what is there. */
  find(ref: string): string {
    const prefix = ref === "last" ? "" : ref.trim().toLowerCase();
    const found = ref === "last" ? this.#ids("", 1) : prefix === "" ? [] : this.#ids(prefix, NAMED_RUNS + 1);
    if (found.includes(prefix)) return prefix;
    if (found.length === 1) return found[0]!;
    if (found.length === 0) throw new OdwError("not_found", `${this.#absence(ref)}`);
    throw new OdwError(
      "not_found",
      `"${ref}" is the beginning of several runs: ${named(found)}; give more characters of the id`,
    );
  }

  #row(runId: string): RunRow {
    const row = this.#selectRun.get(this.#now(), runId);
    if (!row) throw new OdwError("not_found", `there is no run ${runId} in ${this.#path}`);
    return row as unknown as RunRow;
  }

  #absence(ref: string): string {
    const newest = this.#ids("", NAMED_RUNS + 1);
    if (newest.length === 0) return `there is no run "${ref}": ${this.#path} holds no runs yet`;
    return `there is no run "${ref}" in ${this.#path}; the newest are ${named(newest)}`;
  }

  #ids(prefix: string, limit: number): string[] {
    return this.#selectIds.all(prefix, limit).map((row) => String(row["id"]));
  }
}

export interface EventRow {
  body: string;
  seq: number;
  at: number;
}

export interface TypedEventRow extends EventRow {
  type: EventText["type"];
}

/** What JSON.stringify makes of eventOfRow(row), made of the text that stands in the journal. */
export function eventTextOfRow({ seq, type, at, body }: TypedEventRow): EventText {
  return { seq, type, text: `${body.slice(0, -1)},"seq":${seq},"at":${at}}` };
}

/** The event that append() was given, with its place and time. */
export function eventOfRow(row: EventRow): Event {
  const event = JSON.parse(row.body) as Event;
  event.seq = row.seq;
  event.at = row.at;
  return event;
}

function named(ids: string[]): string {
  return ids.slice(0, NAMED_RUNS).join(", ") + (ids.length > NAMED_RUNS ? ", …" : "");
}

function runOfRow(row: RunRow): Run {
  return {
    id: row.id,
    name: row.name,
    status: row.status,
    startedAt: new Date(row.startedAt).toISOString(),
    endedAt: row.endedAt === null ? null : new Date(row.endedAt).toISOString(),
    reason: row.reason,
    agents: row.agents,
    doneAgents: row.doneAgents,
    failedAgents: row.failedAgents,
    usage: {
      agents: row.agents,
      cachedAgents: row.cachedAgents,
      inputTokens: row.inputTokens,
      outputTokens: row.outputTokens,
      costUsd: row.costUsd,
    },
  };
}

function censusOfRow(row: RunRow): RunCensus {
  return {
    done: row.doneAgents,
    failed: row.failedAgents,
    skipped: row.skippedAgents,
    cached: row.cachedAgents,
    empty: row.emptyAgents,
  };
}
