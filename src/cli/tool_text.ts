// A tool call on one line: its name, and what it works on.
import { isJsonObject, type Json } from "../json.ts";
import type { StepToolCall } from "../run.ts";
import { duration } from "./amounts.ts";
import { safeStart } from "./terminal_text.ts";

const TARGET_CHARS = 100;
/** Members of an input that say what the tool works on, the most telling first. */
const TARGETS = ["command", "path", "file_path", "pattern", "url", "query", "args"];

/** `read_file src/a.ts` */
export function toolText(name: string, input: Json): string {
  return `${safeStart(name, 60)} ${safeStart(targetOf(input), TARGET_CHARS)}`.trimEnd();
}

/** `read_file src/a.ts · ok · 0.1s` */
export function toolCallText({ name, input, isError, durationMs }: StepToolCall): string {
  const outcome = isError === null ? "not ended" : isError ? "error" : "ok";
  return [toolText(name, input), outcome, durationMs === null ? "" : duration(durationMs)].filter(Boolean).join(" · ");
}

function targetOf(input: Json): string {
  if (!isJsonObject(input)) return input === null ? "" : textOf(input);
  const name = TARGETS.find((member) => input[member] !== undefined && input[member] !== null);
  if (name) return textOf(input[name] ?? null);
  return Object.keys(input).length === 0 ? "" : JSON.stringify(input);
}

function textOf(value: Json): string {
  if (typeof value === "string") return value;
  const isWords = Array.isArray(value) && value.every((word) => typeof word === "string");
  return isWords ? value.join(" ") : JSON.stringify(value);
}
