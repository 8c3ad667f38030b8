// The journal as its first schema had it, written out so that no later code can change it.
import { DatabaseSync } from "node:sqlite";
import type { EventBody } from "../../src/run.ts";

const SCHEMA_1 = `
  CREATE TABLE runs (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, started_at INTEGER NOT NULL, status TEXT NOT NULL, reason TEXT,
    ended_at INTEGER, last_seq INTEGER NOT NULL, agents INTEGER NOT NULL, failed_agents INTEGER NOT NULL,
    cached_agents INTEGER NOT NULL, input_tokens INTEGER NOT NULL, output_tokens INTEGER NOT NULL, cost_usd REAL,
    owner TEXT, lease_until INTEGER
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE events (
    run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE, seq INTEGER NOT NULL, at INTEGER NOT NULL,
    type TEXT NOT NULL, step TEXT, body TEXT NOT NULL, PRIMARY KEY (run_id, seq)
  ) STRICT;
  CREATE INDEX events_of_runs ON events (run_id, type) WHERE step IS NULL;
  CREATE INDEX events_of_steps ON events (run_id, step, type)
    WHERE type IN ('step_started', 'step_failed', 'step_replayed');
  CREATE TABLE commands (
    number INTEGER PRIMARY KEY AUTOINCREMENT, run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    sent_at INTEGER NOT NULL, body TEXT NOT NULL
  ) STRICT;
  CREATE INDEX commands_of_runs ON commands (run_id);
  PRAGMA application_id = 7300215;
  PRAGMA user_version = 1;
  PRAGMA journal_mode = WAL;
`;

/** A run as the first schema's program left it: its row says what that program counted. */
export interface OldRun {
  id: string;
  status: string;
  endedAt: number | null;
  agents: number;
  failedAgents: number;
  cachedAgents: number;
  tokens: { input: number; output: number };
  costUsd: number | null;
  events: EventBody[];
}

/** Event n of a run happened n milliseconds after this. */
export const OLD_TIME = Date.UTC(2026, 9, 1);

/** Makes a database of schema 1 at `path`, without any code of the store. */
export function writeSchema1(path: string, runs: OldRun[]): void {
  const db = new DatabaseSync(path);
  db.exec(SCHEMA_1);
  const insertRun = db.prepare(
    `INSERT INTO runs (id, name, started_at, status, ended_at, last_seq, agents, failed_agents, cached_agents,
     input_tokens, output_tokens, cost_usd) VALUES (?, 'review', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const insertEvent = db.prepare("INSERT INTO events (run_id, seq, at, type, step, body) VALUES (?, ?, ?, ?, ?, ?)");
  for (const { id, events, tokens, ...run } of runs) {
    const counts = [events.length, run.agents, run.failedAgents, run.cachedAgents, tokens.input, tokens.output];
    insertRun.run(id, OLD_TIME, run.status, run.endedAt, ...counts, run.costUsd);
    events.forEach((event, i) => {
      const step = "step" in event ? event.step : null;
      insertEvent.run(id, i + 1, OLD_TIME + i, event.type, step, JSON.stringify(event));
    });
  }
  db.close();
}
