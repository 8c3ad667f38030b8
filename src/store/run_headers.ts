// The header rows of runs as the projection needs them: read, made, and written back.
import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { RunHeader } from "./projection.ts";
import { READ_TOKENS } from "./read_tokens.ts";

/** A header as it stands, and who holds the run's lease. */
export interface HeldHeader {
  owner: string | null;
  /** Its owner has written the event that ends or pauses the run. */
  hasStopped?: boolean;
  header: RunHeader;
}

/** Prepared once for a connection. */
export class RunHeaders {
  readonly #select: StatementSync;
  readonly #insert: StatementSync;
  readonly #update: StatementSync;
  readonly #release: StatementSync;

  constructor(db: DatabaseSync) {
    this.#select = db.prepare(
      `SELECT owner, status, reason, ended_at AS endedAt, last_seq AS lastSeq, agents, done_agents AS doneAgents,
         empty_agents AS emptyAgents, failed_agents AS failedAgents, skipped_agents AS skippedAgents,
         cached_agents AS cachedAgents, part_seq AS partSeq, ${READ_TOKENS}, cost_usd AS costUsd
       FROM runs WHERE id = ?`,
    );
    this.#insert = db.prepare(
      `INSERT INTO runs (id, name, started_at, status, last_seq, agents, failed_agents, cached_agents, input_tokens,
         output_tokens, cost_usd) VALUES (?, ?, ?, 'queued', 0, 0, 0, 0, 0, 0, 0)`,
    );
    this.#update = db.prepare(
      `UPDATE runs SET status = ?, reason = ?, ended_at = ?, last_seq = ?, agents = ?, done_agents = ?,
         empty_agents = ?, failed_agents = ?, skipped_agents = ?, cached_agents = ?, part_seq = ?, input_tokens = ?,
         output_tokens = ?, cost_usd = ? WHERE id = ?`,
    );
    this.#release = db.prepare("UPDATE runs SET owner = NULL, lease_until = NULL WHERE id = ?");
  }

  read(runId: string): HeldHeader | undefined {
    const row = this.#select.get(runId);
    if (!row) return undefined;
    const { owner, ...header } = row as unknown as RunHeader & { owner: string | null };
    return { owner, header };
  }

  /** A row without events. */
  insert(runId: string, name: string, startedAt: number): void {
    this.#insert.run(runId, name, startedAt);
  }

  /** A run that has stopped gives up its lease with the event that says so: a full disk cannot come between the two. */
  save(runId: string, { header, hasStopped }: HeldHeader): void {
    if (hasStopped) this.#release.run(runId);
    this.#update.run(
      header.status,
      header.reason,
      header.endedAt,
      header.lastSeq,
      header.agents,
      header.doneAgents,
      header.emptyAgents,
      header.failedAgents,
      header.skippedAgents,
      header.cachedAgents,
      header.partSeq,
      header.inputTokens,
      header.outputTokens,
      header.costUsd,
      runId,
    );
  }
}
