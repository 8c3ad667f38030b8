// Taking runs out of the journal, with their events and commands; never a run that a living process owns.
import type { DatabaseSync } from "node:sqlite";
import { OdwError } from "../errors.ts";
import type { Run } from "../run.ts";
import { pragma } from "./migrations.ts";
import { isFull, isLocked } from "./store_error.ts";
import { transaction } from "./transaction.ts";

/** A transaction takes runs until it has this many events, so that other processes wait only shortly. */
const EVENTS_AT_ONCE = 5_000;

/** A journal with more than this to keep is not rewritten: that would hold up the other processes for too long. */
const MOST_REWRITTEN_BYTES = 32 * 1024 * 1024;

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
 * Gives the space of deleted runs back to the disk once it is most of the file; until then it is reused. Left for the next
 * deletion while another process keeps the journal locked or the disk is full.
 */
export function shrink(db: DatabaseSync): void {
  const [free, all, pageBytes] = ["freelist_count", "page_count", "page_size"].map((name) => pragma(db, name));
  if (free! * 2 < all! || (all! - free!) * pageBytes! > MOST_REWRITTEN_BYTES) return;
  try {
    db.exec("VACUUM; PRAGMA wal_checkpoint(PASSIVE)");
  } catch (error) {
    if (!isLocked(error) && !isFull(error)) throw error;
  }
}
