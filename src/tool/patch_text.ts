// Reads patches, in the two forms that models write: unified diffs, and the `*** Begin Patch` envelope.
import { ToolError } from "./tool_error.ts";

/** Lines to find, and what stands there after. */
export interface Hunk {
  old: string[];
  next: string[];
  /** Where a unified diff says it begins, from 1; models count badly, so it only chooses among equal places. */
  line: number | null;
  /** A line that stands above it (`@@ class A` of the envelope); "" for none. */
  anchor: string;
  /** It belongs to the end of the file. */
  atEnd: boolean;
}

export type FilePatch =
  | { kind: "add"; path: string; content: string }
  | { kind: "delete"; path: string }
  | { kind: "update"; path: string; moveTo: string | null; hunks: Hunk[] };

/** Throws ToolError `usage` that names the line which is not understood. */
export function parsePatch(patch: string): FilePatch[] {
  const lines = patch.replaceAll("\r\n", "\n").split("\n");
  const isEnvelope = lines.some((line) => /^\*\*\* (?:Begin Patch|(?:Add|Update|Delete) File:)/.test(line));
  const files = isEnvelope ? parseEnvelope(lines) : parseUnified(lines);
  for (const file of files) if (file.kind === "update") file.hunks.forEach(dropFinalBlanks);
  if (files.length > 0) return files;
  throw new ToolError(
    "usage",
    "The patch names no file: give a unified diff with `--- a/file` and `+++ b/file`, or `*** Begin Patch` with `*** Update File: file`",
  );
}

function parseEnvelope(lines: string[]): FilePatch[] {
  const files: FilePatch[] = [];
  let file: FilePatch | null = null;
  for (const [index, line] of lines.entries()) {
    const header = /^\*\*\* (Add|Update|Delete) File: (.+)$/.exec(line.trimEnd());
    if (header) files.push(file = begun(header[1]!, header[2]!));
    else if (/^\*\*\* End Patch/.test(line)) break;
    else if (file?.kind === "add") {
      if (line.startsWith("+")) file.content += `${line.slice(1)}\n`;
      else if (line.trim() !== "") throw unclear(line, index, "lines of a new file begin with +");
    } else if (file?.kind === "update") updateLine(file, { line, index });
    else if (line.trim() !== "" && !/^\*\*\* Begin Patch/.test(line)) {
      throw unclear(line, index, "no file was named before");
    }
  }
  return files;
}

function begun(kind: string, path: string): FilePatch {
  if (kind === "Add") return { kind: "add", path, content: "" };
  return kind === "Delete" ? { kind: "delete", path } : { kind: "update", path, moveTo: null, hunks: [] };
}

function updateLine(file: FilePatch & { kind: "update" }, { line, index }: { line: string; index: number }): void {
  const move = /^\*\*\* Move to: (.+)$/.exec(line.trimEnd());
  if (move) file.moveTo = move[1]!;
  else if (line.startsWith("*** End of File")) {
    const last = file.hunks.at(-1);
    if (last) last.atEnd = true;
  } else if (line.startsWith("@@")) {
    const numbers = /^@@+ -(\d+)/.exec(line);
    const anchor = numbers ? "" : line.replace(/^@@+/, "").trim().replace(/@@+$/, "").trim();
    file.hunks.push(emptyHunk(numbers ? Number(numbers[1]) : null, anchor));
  } else {
    if (file.hunks.length === 0) file.hunks.push(emptyHunk(null, ""));
    if (!addLine(file.hunks.at(-1)!, line)) throw unclear(line, index, "lines begin with a space, + or -");
  }
}

function parseUnified(lines: string[]): FilePatch[] {
  const files: FilePatch[] = [];
  /** Old lines that the hunk says it still has. */
  let left: { old: number } | null = null;
  let file: (FilePatch & { kind: "update" }) | null = null;
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at]!;
    // Inside a hunk the two could be changed lines; the counts tell, unless the model counted wrong.
    const isInHunk = left !== null && left.old > 0 && !lines[at + 2]?.startsWith("@@");
    const isHeader = line.startsWith("--- ") && lines[at + 1]?.startsWith("+++ ") && !isInHunk;
    const hunk = /^@@ -(\d+)(?:,(\d+))? \+\d+(?:,\d+)? @@/.exec(line) ?? /^@@/.exec(line);
    if (isHeader) {
      file = { kind: "update", path: pathOf(line), moveTo: pathOf(lines[++at]!), hunks: [] };
      files.push(file);
      left = null;
    } else if (hunk && file) {
      file.hunks.push(emptyHunk(hunk[1] ? Number(hunk[1]) : null, ""));
      left = { old: Number(hunk[2] ?? 1) };
    } else if (/^(?:diff |index |new file|deleted file|similarity|rename |old mode|new mode|\\ )/.test(line)) continue;
    else if (file && left && addLine(file.hunks.at(-1)!, line)) {
      if (!line.startsWith("+")) left.old--;
    } else if (line.trim() !== "" && left) throw unclear(line, at, "lines begin with a space, + or -");
  }
  return files.flatMap((found) => found.kind === "update" ? [named(found)] : []);
}

/** `/dev/null` on one side makes a new or a deleted file. */
function named(file: FilePatch & { kind: "update" }): FilePatch {
  const next = file.moveTo;
  if (file.path === "/dev/null" && next) {
    const lines = file.hunks.flatMap((hunk) => hunk.old.length > 0 ? hunk.next.slice(0, -hunk.old.length) : hunk.next);
    return { kind: "add", path: next, content: lines.map((line) => `${line}\n`).join("") };
  }
  if (next === "/dev/null") return { kind: "delete", path: file.path };
  return { ...file, moveTo: next === file.path ? null : next };
}

function emptyHunk(line: number | null, anchor: string): Hunk {
  return { old: [], next: [], line, anchor, atEnd: false };
}

/** False: the line is none of a hunk. An empty line stands for an empty line of the file, since editors cut the space. */
function addLine(hunk: Hunk, line: string): boolean {
  const text = line.slice(1);
  if (line.startsWith("-")) hunk.old.push(text);
  else if (line.startsWith("+")) hunk.next.push(text);
  else if (line.startsWith(" ") || line === "") {
    hunk.old.push(text);
    hunk.next.push(text);
  } else return false;
  return true;
}

/** Empty lines behind a hunk, and the patch's own last line end, are no lines of the file. */
function dropFinalBlanks(hunk: Hunk): void {
  while (hunk.old.at(-1) === "" && hunk.next.at(-1) === "") {
    hunk.old.pop();
    hunk.next.pop();
  }
}

function pathOf(header: string): string {
  const name = header.slice(4).split("\t")[0]!.trim().replace(/^"(.*)"$/, "$1");
  return name === "/dev/null" ? name : name.replace(/^[ab]\//, "");
}

function unclear(line: string, index: number, rule: string): ToolError {
  return new ToolError("usage", `Line ${index + 1} of the patch is not understood (${rule}): ${line.slice(0, 120)}`);
}
