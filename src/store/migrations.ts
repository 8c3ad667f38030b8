// The schema of odw.db, one numbered step after the other; PRAGMA user_version says which were taken.
import type { DatabaseSync } from "node:sqlite";
import { OdwError } from "../errors.ts";
import { transaction } from "./transaction.ts";

/** "odw" in ASCII: tells odw's databases from those of other programs. */
const APPLICATION_ID = 0x6f6477;

/**
 * Migration n leads from schema n-1 to n. A released one is never edited: a change of the schema is a new one.
 * `events` is the truth; the columns of `runs` after `started_at` are the lease and projections of the events, written in the
 * same transaction. Body last, so that a look at the other columns need not read it.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE runs (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    status TEXT NOT NULL,
    reason TEXT,
    ended_at INTEGER,
    last_seq INTEGER NOT NULL,
    agents INTEGER NOT NULL,
    failed_agents INTEGER NOT NULL,
    cached_agents INTEGER NOT NULL,
    input_tokens INTEGER NOT NULL,
    output_tokens INTEGER NOT NULL,
    cost_usd REAL,
    owner TEXT,
    lease_until INTEGER
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE events (
    run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    seq INTEGER NOT NULL,
    at INTEGER NOT NULL,
    type TEXT NOT NULL,
    step TEXT,
    body TEXT NOT NULL,
    PRIMARY KEY (run_id, seq)
  ) STRICT;

  CREATE INDEX events_of_runs ON events (run_id, type) WHERE step IS NULL;

  CREATE INDEX events_of_steps ON events (run_id, step, type)
    WHERE type IN ('step_started', 'step_failed', 'step_replayed');

  CREATE TABLE commands (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    sent_at INTEGER NOT NULL,
    body TEXT NOT NULL
  ) STRICT;

  CREATE INDEX commands_of_runs ON commands (run_id);
  `,
  `
  ALTER TABLE runs ADD COLUMN done_agents INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE runs ADD COLUMN empty_agents INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE runs ADD COLUMN skipped_agents INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE runs ADD COLUMN part_seq INTEGER NOT NULL DEFAULT 0;

  CREATE INDEX skips_of_steps ON events (run_id, step) WHERE type = 'step_skipped';

  UPDATE runs SET
    part_seq = coalesce((SELECT max(seq) FROM events WHERE run_id = runs.id AND step IS NULL
      AND type IN ('run_started', 'run_resumed')), 0),
    (done_agents, empty_agents) = (SELECT count(*), coalesce(sum(body ->> '$.value' = ''), 0) FROM events
      WHERE run_id = runs.id AND type = 'step_completed'),
    agents = agents + (SELECT count(DISTINCT step) FROM events AS skip WHERE run_id = runs.id AND type = 'step_skipped'
      AND NOT EXISTS (SELECT 1 FROM events WHERE run_id = skip.run_id AND step = skip.step
        AND type IN ('step_started', 'step_failed', 'step_replayed')));

  UPDATE runs SET
    cached_agents = (SELECT count(DISTINCT step) FROM events
      WHERE run_id = runs.id AND seq > part_seq AND type = 'step_replayed'),
    (failed_agents, skipped_agents) = (
      SELECT coalesce(sum(type = 'step_failed'), 0), coalesce(sum(type = 'step_skipped'), 0) FROM (
        SELECT type, max(seq) FROM events WHERE run_id = runs.id AND seq > part_seq
        AND type IN ('step_started', 'step_failed', 'step_skipped') GROUP BY step));
  `,
  // The writer knows what the steps of its runs have been through: an index whose every row falls on another page is not worth its writes.
  `
  DROP INDEX events_of_steps;
  DROP INDEX skips_of_steps;
  `,
];

/**
 * Brings a database to the newest schema in one transaction, or leaves it untouched. Throws OdwError `store` when a newer
 * program or another one made it.
 */
export function migrate(db: DatabaseSync, path: string, migrations: readonly string[] = MIGRATIONS): void {
  if (checkedVersion(db, path, migrations.length) === migrations.length) return;
  transaction(db, () => {
    const version = checkedVersion(db, path, migrations.length);
    for (const migration of migrations.slice(version)) db.exec(migration);
    db.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${migrations.length}`);
  });
}

/** The schema's version, 0 for an empty file. Changes nothing. */
export function checkedVersion(db: DatabaseSync, path: string, newest: number = MIGRATIONS.length): number {
  const version = pragma(db, "user_version");
  const application = pragma(db, "application_id");
  const isEmpty = version === 0 && application === 0 && !db.prepare("SELECT 1 FROM sqlite_schema LIMIT 1").get();
  if (isEmpty) return 0;
  if (application !== APPLICATION_ID) {
    throw new OdwError(
      "store",
      `cannot use ${path}: it is a SQLite database of another program; nothing was changed; move it away, or set ODW_HOME to another folder`,
    );
  }
  if (version <= newest) return version;
  throw new OdwError(
    "store",
    `cannot use ${path}: a newer odw wrote it (schema ${version}, this odw knows up to ${newest}); nothing was changed; update odw, or set ODW_HOME to another folder`,
  );
}

/** The value of a PRAGMA that is a number. */
export function pragma(db: DatabaseSync, name: string): number {
  return Number(Object.values(db.prepare(`PRAGMA ${name}`).get() ?? {})[0]);
}
