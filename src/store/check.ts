// Whether the journal is sound: SQLite's own check, then whether the runs agree with their events.
import type { DatabaseSync } from "node:sqlite";
import type { EventBody } from "../run.ts";
import type { StoreCheck } from "../store.ts";
import { EventPages } from "./event_pages.ts";
import { emptyHeader, HISTORY_TYPES, projectEvent, type RunHeader, type StepHistory } from "./projection.ts";
import { RunHeaders } from "./run_headers.ts";
import type { EventRow } from "./run_reader.ts";

/** More are not told: one damaged page can make hundreds. */
const MOST_PROBLEMS = 20;

export interface CheckOptions {
  path: string;
  /** Milliseconds since the epoch. */
  now: number;
  /** Writes the rows of runs anew that do not agree with their events, but for those that somebody works on. */
  isRepairing: boolean;
}

type Journal = { db: DatabaseSync; problems: string[]; repaired: string[] } & Pick<CheckOptions, "now" | "isRepairing">;

/** Reads the whole database. Damage becomes problems in words, never an error. */
export function checkDatabase(db: DatabaseSync, { path, now, isRepairing }: CheckOptions): StoreCheck {
  const journal: Journal = { db, problems: [], repaired: [], now, isRepairing };
  probe(journal, "integrity", () => checkIntegrity(journal));
  probe(journal, "runs", () => checkRuns(journal));
  return {
    path,
    schemaVersion: number(journal, "PRAGMA user_version"),
    sizeBytes: number(journal, "PRAGMA page_count") * number(journal, "PRAGMA page_size"),
    runs: number(journal, "SELECT count(*) FROM runs"),
    events: number(journal, "SELECT count(*) FROM events"),
    problems: journal.problems.slice(0, MOST_PROBLEMS),
    repaired: journal.repaired,
  };
}

function checkIntegrity({ db, problems }: Journal): void {
  for (const row of db.prepare(`PRAGMA integrity_check(${MOST_PROBLEMS})`).all()) {
    const found = String(row["integrity_check"]);
    if (found !== "ok") problems.push(...found.split("\n").filter((line) => !line.startsWith("***")));
  }
  for (const row of db.prepare("PRAGMA foreign_key_check").all()) {
    problems.push(`table ${row["table"]}, row ${row["rowid"]}: its run is missing`);
  }
}

function checkRuns(journal: Journal): void {
  const ids = journal.db.prepare("SELECT id FROM runs ORDER BY id").all().map((row) => String(row["id"]));
  const pages = new EventPages(journal.db, "TRUE");
  for (const id of ids) {
    if (journal.problems.length >= MOST_PROBLEMS) return;
    probe(journal, `run ${id}`, () => checkRun(journal, id, pages));
  }
}

/** In one transaction, so that what is appended meanwhile is no contradiction. */
function checkRun({ db, problems, repaired, now, isRepairing }: Journal, id: string, pages: EventPages): void {
  db.exec(isRepairing ? "BEGIN IMMEDIATE" : "BEGIN");
  try {
    const headers = new RunHeaders(db);
    const header = foldHeader(pages.of(id));
    const recorded = headers.read(id)?.header ?? emptyHeader();
    const differing = (Object.keys(header) as (keyof RunHeader)[]).filter((key) =>
      !isEqual(header[key], recorded[key]) || (/Tokens$/.test(key) && isUnreadable(db, id, key))
    );
    if (differing.length === 0) return;
    const what = `run ${id}: its row does not agree with its events in ${differing.join(", ")}`;
    if (!isRepairing || isOwned(db, id, now)) return void problems.push(what);
    headers.save(id, { owner: null, header });
    repaired.push(what);
  } finally {
    db.exec("COMMIT");
  }
}

/** Of older versions: a sum that SQLite can hold and that means nothing. */
function isUnreadable(db: DatabaseSync, id: string, key: keyof RunHeader): boolean {
  const column = key === "inputTokens" ? "input_tokens" : "output_tokens";
  const sql = `SELECT 1 FROM runs WHERE id = ? AND (${column} > ${Number.MAX_SAFE_INTEGER} OR ${column} < 0)`;
  return db.prepare(sql).get(id) !== undefined;
}

function isOwned(db: DatabaseSync, id: string, now: number): boolean {
  return db.prepare("SELECT 1 FROM runs WHERE id = ? AND coalesce(lease_until, 0) > ?").get(id, now) !== undefined;
}

const NO_HISTORY: StepHistory = { seq: 0, type: "step_started", replaySeq: 0 };

/** The header that the events make, by the steps' whole ids: the writer's shorter keys are checked too. Throws where they are no journal. */
function foldHeader(rows: Iterable<EventRow>): RunHeader {
  const header = emptyHeader();
  const histories = new Map<string, StepHistory>();
  for (const { seq, at, body } of rows) {
    if (seq !== header.lastSeq + 1) throw new Error(`event ${header.lastSeq + 1} is missing`);
    const event = JSON.parse(body) as EventBody;
    if ((seq === 1) !== (event.type === "run_created")) throw new Error(`event ${seq} is ${event.type}`);
    projectEvent(header, event, at, (step) => histories.get(step) ?? NO_HISTORY);
    const type = HISTORY_TYPES.find((kept) => kept === event.type);
    if (!("step" in event) || !type) continue;
    const { replaySeq } = histories.get(event.step) ?? NO_HISTORY;
    histories.set(event.step, { seq, type, replaySeq: type === "step_replayed" ? seq : replaySeq });
  }
  return header;
}

/** Sums of costs may differ in their last bits. */
function isEqual(a: unknown, b: unknown): boolean {
  if (typeof a === "number" && typeof b === "number") return Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(a));
  return a === b;
}

function number(journal: Journal, sql: string): number {
  return probe(journal, sql, () => Number(Object.values(journal.db.prepare(sql).get() ?? {})[0])) ?? 0;
}

function probe<Value>({ problems }: Journal, what: string, read: () => Value): Value | null {
  try {
    return read();
  } catch (error) {
    problems.push(`${what}: ${(error as Error).message}`);
    return null;
  }
}
