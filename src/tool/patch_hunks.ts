// Finds the hunks of a patch in a text and replaces them: by what the lines say, since models count line numbers badly.
import type { Hunk } from "./patch_text.ts";
import { toCrLf, usesCrLf } from "./text_file.ts";
import { ToolError } from "./tool_error.ts";

/** Throws ToolError `tool_failed` for the first hunk that is not found, or not at one place only. */
export function applyHunks(text: string, { hunks, shown }: { hunks: Hunk[]; shown: string }): string {
  const isCrLf = usesCrLf(text);
  const plain = isCrLf ? text.replaceAll("\r\n", "\n") : text;
  const endsOpen = plain !== "" && !plain.endsWith("\n");
  let lines = plain.split("\n");
  if (lines.at(-1) === "") lines.pop();
  let from = 0;
  // How far the hunks before have moved what follows.
  let shift = 0;
  for (const [index, hunk] of hunks.entries()) {
    const name = `hunk ${index + 1} of ${hunks.length} in ${shown}`;
    const at = placeOf(hunk, { lines, from, shift, name });
    const next = keptContext(hunk, lines.slice(at, at + hunk.old.length));
    lines = [...lines.slice(0, at), ...next, ...lines.slice(at + hunk.old.length)];
    from = at + next.length;
    shift += next.length - hunk.old.length;
  }
  const result = lines.length === 0 ? "" : lines.join("\n") + (endsOpen ? "" : "\n");
  return isCrLf ? toCrLf(result) : result;
}

interface Search {
  lines: string[];
  /** Hunks stand in the order of the file. */
  from: number;
  shift: number;
  name: string;
}

function placeOf(hunk: Hunk, search: Search): number {
  const { lines, shift, name } = search;
  const start = hunk.anchor === "" ? search.from : behindAnchor(hunk.anchor, search);
  const expected = hunk.line === null ? null : hunk.line - 1 + shift;
  if (hunk.old.length === 0) {
    // `@@ -5,0` inserts behind line 5.
    if (expected !== null) return Math.min(expected + 1, lines.length);
    return hunk.anchor === "" ? lines.length : start;
  }
  const places = matches(hunk.old, { lines, start });
  if (places.length === 0) throw new ToolError("tool_failed", notFound(hunk, { lines, name }));
  if (hunk.atEnd) return places.at(-1)!;
  if (expected !== null) {
    return places.reduce((best, place) => Math.abs(place - expected) < Math.abs(best - expected) ? place : best);
  }
  if (places.length === 1 || hunk.anchor !== "") return places[0]!;
  const where = places.slice(0, 8).map((place) => place + 1).join(", ");
  throw new ToolError(
    "tool_failed",
    `${name} fits ${places.length} places, lines ${where}: add lines around it, or a line above it behind @@; nothing was changed`,
  );
}

function behindAnchor(anchor: string, { lines, from, name }: Search): number {
  const wanted = anchor.trim();
  const at = lines.findIndex((line, index) => index >= from && line.trim() === wanted);
  const near = at >= 0 ? at : lines.findIndex((line, index) => index >= from && line.includes(wanted));
  if (near >= 0) return near + 1;
  throw new ToolError(
    "tool_failed",
    `${name}: the line @@ ${anchor} was not found: read the file again; nothing was changed`,
  );
}

/** Where all lines stand, from `start` on: exactly, else apart from white space at their ends. */
function matches(old: string[], { lines, start }: { lines: string[]; start: number }): number[] {
  const exact = places(old, { lines, start, isSame: (a, b) => a === b });
  return exact.length > 0 ? exact : places(old, { lines, start, isSame: (a, b) => a.trimEnd() === b.trimEnd() });
}

function places(
  old: string[],
  { lines, start, isSame }: { lines: string[]; start: number; isSame: (a: string, b: string) => boolean },
): number[] {
  const found: number[] = [];
  for (let at = start; at + old.length <= lines.length; at++) {
    if (old.every((line, index) => isSame(line, lines[at + index]!))) found.push(at);
  }
  return found;
}

/** The lines after the change, with those that stay as the file has them. */
function keptContext({ old, next }: Hunk, found: string[]): string[] {
  let head = 0;
  while (head < old.length && head < next.length && old[head] === next[head]) head++;
  let tail = 0;
  const most = Math.min(old.length, next.length) - head;
  while (tail < most && old.at(-1 - tail) === next.at(-1 - tail)) tail++;
  return [...found.slice(0, head), ...next.slice(head, next.length - tail), ...found.slice(found.length - tail)];
}

function notFound({ old }: Hunk, { lines, name }: { lines: string[]; name: string }): string {
  const missing = old.find((line) => line.trim() !== "" && !lines.some((own) => own.trimEnd() === line.trimEnd()));
  const reason = missing === undefined
    ? "its lines do not stand together there"
    : `there is no line \`${missing.slice(0, 120)}\``;
  return `${name} does not fit: ${reason}: read the file again; nothing was changed`;
}
