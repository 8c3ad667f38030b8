// Taking runs out of the journal, with their events and commands; never a run that a living process owns.
import type { DatabaseSync } from "node:sqlite";
import { OdwError } from "../errors.ts";
import type { Run } from "../run.ts";
import { pragma } from "./migrations.ts";
import { transaction } from "./transaction.ts";

/** A transaction takes runs until it has this many events, so that other processes wait only shortly. */
const EVENTS_AT_ONCE = 5_000;

/** Moved in one transaction, so that other processes wait only shortly. */
const PAGES_AT_ONCE = 1_000;

const UNOWNED = "(owner IS NULL OR lease_until <= ?)";

interface SizedRun {
  id: string;
  events: number;
}

/** Throws `conflict` while the run is owned. */
export function deleteRun(db: DatabaseSync, run: Run, nowMs: number): void {
  const { changes } = db.prepare(`DELETE FROM runs WHERE id = ? AND ${UNOWNED}`).run(run.id, nowMs);
  if (changes === 1) return;
  throw new OdwError(
    "conflict",
    `cannot delete run ${run.id}: a living process owns it (${run.status}); cancel it first with odw cancel ${run.id}`,
  );
}

/** The runs that nobody owns and that started before `time`, oldest first, in portions of bounded size. */
export function oldRuns(db: DatabaseSync, time: number, nowMs: number): string[][] {
  const rows = db.prepare(
    `SELECT id, last_seq AS events FROM runs WHERE started_at < ? AND ${UNOWNED} ORDER BY id`,
  ).all(time, nowMs) as unknown as SizedRun[];
  const portions: string[][] = [];
  let open = Infinity;
  for (const { id, events } of rows) {
    if (open + events > EVENTS_AT_ONCE) {
      portions.push([]);
      open = 0;
    }
    portions.at(-1)!.push(id);
    open += events;
  }
  return portions;
}

/** Deletes in one transaction those that nobody has claimed meanwhile; returns their ids. */
export function deletePortion(db: DatabaseSync, ids: string[], nowMs: number): string[] {
  return transaction(db, () => {
    const statement = db.prepare(`DELETE FROM runs WHERE id = ? AND ${UNOWNED}`);
    return ids.filter((id) => statement.run(id, nowMs).changes === 1);
  });
}

/**
 * Gives some of the space of deleted runs back to the disk once it is most of the file; until then it is reused. Returns whether there is
 * more to give. Never a failure of the deletion, which is done: what cannot be given back now is left for the next one.
 */
export function shrinkSome(db: DatabaseSync): boolean {
  const [free, all] = [pragma(db, "freelist_count"), pragma(db, "page_count")];
  if (free * 2 < all) return false;
  try {
    // Not VACUUM: it attaches a database, which SQLite under Deno's permissions refuses.
    db.exec(`PRAGMA incremental_vacuum(${PAGES_AT_ONCE})`);
    const left = pragma(db, "freelist_count");
    if (left > 0 && left < free) return true;
    db.exec("PRAGMA wal_checkpoint(PASSIVE)");
    return false;
  } catch {
    return false;
  }
}
