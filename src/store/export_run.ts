// A run as lines of JSON: a header, then one line for each event.
import type { Hash } from "node:crypto";
import { createHash } from "node:crypto";
import type { DatabaseSync } from "node:sqlite";
import { OdwError } from "../errors.ts";
import { EventPages } from "./event_pages.ts";
import type { EventRow } from "./run_reader.ts";

export const EXPORT_FORMAT = "odw-run";
/** Raised when an older odw could not read what is written. */
export const EXPORT_VERSION = 1;

/** The first line of an export. */
export interface ExportHeader {
  format: typeof EXPORT_FORMAT;
  version: number;
  runId: string;
  /** How many lines follow. */
  events: number;
  /** SHA-256, in hex, of those lines, each with its line feed. */
  sha256: string;
}

/** The run as it stands at the call; events that are appended later are left out. */
export function* exportLines(db: DatabaseSync, runId: string): Generator<string> {
  const header = exportHeader(db, runId);
  yield JSON.stringify(header);
  const pages = new EventPages(db, `seq <= ${header.events}`);
  let given = 0;
  for (const row of pages.of(runId)) {
    yield eventLine(row);
    given++;
  }
  if (given < header.events) {
    throw new OdwError(
      "not_found",
      `run ${runId} was deleted while it was exported: ${given} of ${header.events} events`,
    );
  }
}

/** Reads the whole run once, to count and hash it. Throws where a recorded text is damaged. */
export function exportHeader(db: DatabaseSync, runId: string): ExportHeader {
  const hash = createHash("sha256");
  let events = 0;
  for (const row of new EventPages(db, "TRUE").of(runId)) {
    JSON.parse(row.body);
    addLine(hash, eventLine(row));
    events++;
  }
  return { format: EXPORT_FORMAT, version: EXPORT_VERSION, runId, events, sha256: hash.digest("hex") };
}

/** How lines enter the hash of an export. */
export function addLine(hash: Hash, line: string): void {
  hash.update(line).update("\n");
}

/** The recorded text itself, so that it comes back byte for byte. */
function eventLine({ seq, at, body }: EventRow): string {
  return `{"seq":${seq},"at":${at},"event":${body}}`;
}
