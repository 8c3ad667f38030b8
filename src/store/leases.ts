// Who owns a run, and what other processes ask of its owner.
import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Command } from "../store.ts";

/** Prepared once for a connection. Each method is one atomic statement: of many processes, one wins. */
export class Leases {
  readonly #now: () => number;
  readonly #claim: StatementSync;
  readonly #renew: StatementSync;
  readonly #release: StatementSync;
  readonly #send: StatementSync;
  readonly #peek: StatementSync;
  readonly #take: StatementSync;

  constructor(db: DatabaseSync, now: () => number) {
    this.#now = now;
    this.#claim = db.prepare(
      `UPDATE runs SET owner = ?1, lease_until = ?2
       WHERE id = ?3 AND (owner IS NULL OR owner = ?1 OR lease_until <= ?4)`,
    );
    this.#renew = db.prepare("UPDATE runs SET lease_until = ?2 WHERE id = ?3 AND owner = ?1");
    this.#release = db.prepare("UPDATE runs SET owner = NULL, lease_until = NULL WHERE id = ?2 AND owner = ?1");
    this.#send = db.prepare("INSERT INTO commands (run_id, sent_at, body) VALUES (?, ?, ?)");
    this.#peek = db.prepare("SELECT 1 FROM commands WHERE run_id = ? LIMIT 1");
    this.#take = db.prepare("DELETE FROM commands WHERE run_id = ? RETURNING number, body");
  }

  claim(runId: string, owner: string, leaseMs: number): boolean {
    const nowMs = this.#now();
    return this.#claim.run(owner, nowMs + leaseMs, runId, nowMs).changes === 1;
  }

  renew(runId: string, owner: string, leaseMs: number): boolean {
    return this.#renew.run(owner, this.#now() + leaseMs, runId).changes === 1;
  }

  release(runId: string, owner: string): void {
    this.#release.run(owner, runId);
  }

  send(runId: string, command: Command): void {
    this.#send.run(runId, this.#now(), JSON.stringify(command));
  }

  /** Oldest first. Looks before it takes: an owner asks often, and a look takes no write lock. */
  take(runId: string): Command[] {
    if (!this.#peek.get(runId)) return [];
    const rows = this.#take.all(runId) as unknown as { number: number; body: string }[];
    return rows.sort((a, b) => a.number - b.number).map((row) => JSON.parse(row.body) as Command);
  }
}
