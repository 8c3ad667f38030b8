// Findings of a result: objects that name a file, wherever they stand in it.
import { isJsonObject, type Json, type JsonObject } from "../json.ts";

export interface Finding {
  /** As the agents wrote it, without a leading `./`. */
  file: string;
  /** From 1; null where none was given. */
  line: number | null;
  endLine: number | null;
  level: "error" | "warning" | "note";
  title: string;
  detail: string;
}

/** More than this no viewer takes. */
export const MOST_FINDINGS = 5000;

const LEVELS: Record<string, Finding["level"]> = {
  critical: "error",
  blocker: "error",
  high: "error",
  error: "error",
  major: "error",
  medium: "warning",
  moderate: "warning",
  warning: "warning",
  low: "note",
  minor: "note",
  info: "note",
  note: "note",
};

/** In the order of the result; the same finding at the same place once. */
export function findingsOf(result: Json): Finding[] {
  const found = new Map<string, Finding>();
  collect(result, found);
  return [...found.values()];
}

function collect(value: Json, found: Map<string, Finding>): void {
  if (found.size >= MOST_FINDINGS) return;
  if (Array.isArray(value)) return value.forEach((item) => collect(item, found));
  if (!isJsonObject(value)) return;
  const finding = findingOf(value);
  if (finding) found.set(JSON.stringify(finding), finding);
  for (const member of Object.values(value)) collect(member, found);
}

function findingOf(value: JsonObject): Finding | null {
  const file = textOf(value, "file", "path");
  const title = textOf(value, "title", "message", "summary", "issue", "problem");
  const detail = textOf(value, "detail", "description", "explanation", "why");
  if (file === "" || (title === "" && detail === "")) return null;
  return {
    file: file.replace(/^\.\//, "").replaceAll("\\", "/"),
    line: lineOf(value.line ?? value.startLine ?? null),
    endLine: lineOf(value.endLine ?? null),
    level: LEVELS[textOf(value, "severity", "level").toLowerCase()] ?? "warning",
    title: title || detail,
    detail,
  };
}

function textOf(value: JsonObject, ...names: string[]): string {
  for (const name of names) {
    const member = value[name];
    if (typeof member === "string" && member.trim() !== "") return member.trim();
  }
  return "";
}

/** Agents write 12, "12" and "12-18". */
function lineOf(value: Json): number | null {
  const line = typeof value === "string" ? parseInt(value, 10) : value;
  return typeof line === "number" && Number.isInteger(line) && line >= 1 ? line : null;
}
