// Reads the arguments of a call: models write the names of their own harness now and then, and numbers as text.
import type { Json, JsonObject } from "../json.ts";
import { ToolError } from "./tool_error.ts";

/** Names that mean the same argument, the tool's own first. */
const ALIASES: Record<string, string[]> = {
  path: ["path", "file_path", "filePath", "filepath", "file", "filename", "directory", "dir"],
  content: ["content", "contents", "text", "file_text"],
  old_string: ["old_string", "oldString", "old_str", "old_text"],
  new_string: ["new_string", "newString", "new_str", "new_text"],
  replace_all: ["replace_all", "replaceAll"],
  pattern: ["pattern", "query", "regex"],
  glob: ["glob", "include"],
  ignore_case: ["ignore_case", "ignoreCase", "-i", "case_insensitive"],
  context: ["context", "-C"],
  output_mode: ["output_mode", "outputMode"],
  offset: ["offset", "start_line"],
  limit: ["limit", "head_limit", "max_results"],
  patch: ["patch", "input", "diff"],
};

export function requiredText(input: JsonObject, name: string): string {
  const value = field(input, name);
  if (typeof value === "string") return value;
  const given = Object.keys(input).join(", ");
  const found = value === undefined ? given === "" ? "no arguments" : `only ${given}` : describe(value);
  throw new ToolError("usage", `\`${name}\` must be given as text, found ${found}`);
}

export function optionalText(input: JsonObject, name: string): string | undefined {
  const value = field(input, name);
  if (value === undefined || typeof value === "string") return value;
  throw new ToolError("usage", `\`${name}\` must be text, found ${describe(value)}`);
}

/** A whole number from `least` on. */
export function optionalCount(input: JsonObject, options: { name: string; least: number }): number | undefined {
  const value = field(input, options.name);
  if (value === undefined) return undefined;
  const count = typeof value === "string" && /^-?\d+$/.test(value.trim()) ? Number(value) : value;
  if (typeof count === "number" && Number.isSafeInteger(count) && count >= options.least) return count;
  throw new ToolError(
    "usage",
    `\`${options.name}\` must be a whole number from ${options.least} on, found ${describe(value)}`,
  );
}

export function optionalFlag(input: JsonObject, name: string): boolean {
  const value = field(input, name);
  if (value === undefined || value === false || value === "false") return false;
  if (value === true || value === "true") return true;
  throw new ToolError("usage", `\`${name}\` must be true or false, found ${describe(value)}`);
}

/** null counts as absent: some models fill every argument. */
export function field(input: JsonObject, name: string): Json | undefined {
  for (const alias of ALIASES[name] ?? [name]) {
    const value = input[alias];
    if (value !== undefined && value !== null) return value;
  }
  return undefined;
}

function describe(value: Json): string {
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
