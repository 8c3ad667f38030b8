// The lines of an export, checked one by one while they arrive.
import { createHash } from "node:crypto";
import { OdwError } from "../errors.ts";
import { isJsonObject, type Json, type JsonObject } from "../json.ts";
import type { EventBody, RunSpec } from "../run.ts";
import { addLine, EXPORT_FORMAT, EXPORT_VERSION, type ExportHeader } from "./export_run.ts";
import type { EncodedEvent } from "./group_commit.ts";

/** An export that is whole and sound. */
export interface ImportedRun {
  header: ExportHeader;
  spec: RunSpec;
  startedAt: number;
  /** Parsed anew each time: a long run is held as text only. */
  events(): Iterable<EncodedEvent>;
}

interface EventLine {
  seq: number;
  at: number;
  event: EventBody;
}

type FindFault = (event: Json) => string | null;

/** Throws `usage` with the number of the line that is damaged or missing. */
export async function readImport(lines: AsyncIterable<string>): Promise<ImportedRun> {
  const { eventFault } = await import("./event_shape.ts");
  const hash = createHash("sha256");
  const kept: string[] = [];
  let header: ExportHeader | undefined;
  let number = 0;
  for await (const text of lines) {
    number++;
    const line = text.trimEnd();
    if (line === "") continue;
    if (!header) {
      header = parseHeader(line, number);
      continue;
    }
    if (kept.length === header.events) {
      throw damaged(number, `line 1 announces ${header.events} events, this is one more`);
    }
    checkEvent(line, { number, seq: kept.length + 1, eventFault });
    addLine(hash, line);
    kept.push(line);
  }
  if (!header) throw damaged(1, "there is no line");
  checkWhole(header, { events: kept.length, sha256: hash.digest("hex"), lastLine: number });
  return importedRun(header, kept);
}

function importedRun(header: ExportHeader, lines: string[]): ImportedRun {
  const first = JSON.parse(lines[0]!) as EventLine;
  return {
    header,
    spec: (first.event as EventBody & { type: "run_created" }).spec,
    startedAt: first.at,
    *events() {
      for (const line of lines) yield encodedEvent(JSON.parse(line) as EventLine);
    },
  };
}

function encodedEvent({ at, event }: EventLine): EncodedEvent {
  return { event, at, body: JSON.stringify(event) };
}

function parseHeader(line: string, number: number): ExportHeader {
  const header = parseObject(line, number);
  if (header["format"] !== EXPORT_FORMAT) {
    throw damaged(number, `it is not the header of an export (format ${JSON.stringify(header["format"])})`);
  }
  if (typeof header["version"] !== "number" || header["version"] > EXPORT_VERSION) {
    const version = JSON.stringify(header["version"]);
    throw new OdwError(
      "usage",
      `cannot import: a newer odw wrote it (format version ${version}, this odw reads up to ${EXPORT_VERSION}); update odw`,
    );
  }
  const { runId, events, sha256 } = header;
  const isSound = typeof runId === "string" && /^[0-9a-z]{8,32}$/.test(runId) && Number.isSafeInteger(events) &&
    Number(events) > 0 && typeof sha256 === "string";
  if (!isSound) throw damaged(number, "the header lacks a proper runId, events or sha256");
  return header as unknown as ExportHeader;
}

function checkEvent(line: string, place: { number: number; seq: number; eventFault: FindFault }): void {
  const { seq, at, event } = parseObject(line, place.number);
  if (seq !== place.seq) {
    throw damaged(place.number, `its event has the seq ${JSON.stringify(seq)}, ${place.seq} would follow`);
  }
  if (!Number.isSafeInteger(at) || Number(at) < 0) {
    throw damaged(place.number, `"at" is ${JSON.stringify(at)}, no time`);
  }
  const isCreation = isJsonObject(event) && event["type"] === "run_created";
  if (isCreation !== (seq === 1)) {
    throw damaged(place.number, "run_created must be the first event of a run, and only the first");
  }
  const fault = place.eventFault(event ?? null);
  if (fault !== null) throw damaged(place.number, fault);
}

function checkWhole(header: ExportHeader, found: { events: number; sha256: string; lastLine: number }): void {
  if (found.events < header.events) {
    throw damaged(found.lastLine, `the text ends here, after ${found.events} of ${header.events} events`);
  }
  if (found.sha256 === header.sha256) return;
  throw damaged(found.lastLine, "the lines up to here do not have the hash that line 1 names; one of them was changed");
}

function parseObject(line: string, number: number): JsonObject {
  let value: Json;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw damaged(number, `it is not JSON: ${(error as Error).message}`);
  }
  if (!isJsonObject(value)) throw damaged(number, "it is not a JSON object");
  return value;
}

function damaged(number: number, fault: string): OdwError {
  return new OdwError(
    "usage",
    `cannot import: line ${number} is damaged: ${fault}; nothing was changed; export the run again`,
  );
}
