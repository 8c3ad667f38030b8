// Edits one server in a TOML file and leaves every other character as it is. The library reads with places; the edits are of text.
import type { AST } from "toml-eslint-parser";
import { OdwError } from "../errors.ts";
import { canonicalJson, isJsonObject, type Json, type JsonObject } from "../json.ts";
import { checkEdit, type EntryEdit, entryOf, type EntryRemoval, mergedEntry, SERVER_NAME } from "./entry_edit.ts";
import { lineAndColumn } from "./json_text.ts";

type Item = AST.TOMLKeyValue | AST.TOMLTable;

interface Document {
  items: Item[];
  value: JsonObject;
}

/** `text` without a byte order mark. Throws OdwError `config`. */
export async function setTomlEntry(text: string, edit: EntryEdit): Promise<string> {
  const document = await parseTomlText(text, edit.file);
  const before = entryOf(document.value, edit);
  const entry = mergedEntry(before, edit);
  if (before && canonicalJson(before) === canonicalJson(entry)) return text;
  const table = tableOf(document, [...edit.container, SERVER_NAME]);
  const result = table && before && isExtended(before, entry)
    ? updated(text, table, { before, entry })
    : appended(withoutItems(text, document, edit.container), [...edit.container, SERVER_NAME], entry);
  const after = await parseTomlText(result, edit.file);
  checkEdit({ before: document.value, after: after.value }, edit, entry);
  return result;
}

/** The same text when there is no entry. Throws OdwError `config`. */
export async function removeTomlEntry(text: string, removal: EntryRemoval): Promise<string> {
  const document = await parseTomlText(text, removal.file);
  if (!entryOf(document.value, removal)) return text;
  const result = withoutItems(text, document, removal.container);
  const after = await parseTomlText(result, removal.file);
  checkEdit({ before: document.value, after: after.value }, removal, null);
  return result;
}

/** Throws OdwError `config` with file:line:column. */
export async function parseTomlText(text: string, file: string): Promise<Document> {
  const { getStaticTOMLValue, parseTOML } = await import("toml-eslint-parser");
  try {
    const program = parseTOML(text);
    // Dates become text: they are compared, not written.
    const value = JSON.parse(JSON.stringify(getStaticTOMLValue(program))) as JsonObject;
    return { items: program.body[0].body, value };
  } catch (cause) {
    const { index, message } = cause as { index?: unknown; message: string };
    const place = typeof index === "number" ? `${file}:${lineAndColumn(text, index)}` : file;
    throw new OdwError(
      "config",
      `${place}: not valid TOML: ${message}; the file was left alone: correct it and try again`,
      { cause },
    );
  }
}

function tableOf({ items }: Document, path: readonly string[]): AST.TOMLTable | undefined {
  return items.find((item) =>
    item.type === "TOMLTable" && item.kind === "standard" && isPath(item.resolvedKey, path)
  ) as
    | AST.TOMLTable
    | undefined;
}

function isPath(found: readonly (string | number)[], wanted: readonly string[]): boolean {
  return found.length === wanted.length && wanted.every((key, i) => key === found[i]);
}

/** Nothing of it goes away. */
function isExtended(before: JsonObject, entry: JsonObject): boolean {
  return Object.keys(before).every((key) => key in entry);
}

/** Value by value, so that comments between them stay. */
function updated(
  text: string,
  table: AST.TOMLTable,
  { before, entry }: { before: JsonObject; entry: JsonObject },
): string {
  const edits: { start: number; end: number; text: string }[] = [];
  const end = table.body.at(-1)?.range[1] ?? lineEnd(text, table.range[0]);
  const missing = Object.entries(entry).filter(([key]) => !(key in before));
  if (missing.length > 0) {
    const eol = eolOf(text);
    const at = lineEnd(text, end);
    edits.push({ start: at, end: at, text: missing.map((one) => `${eol}${line(...one)}`).join("") });
  }
  for (const member of table.body) {
    const key = keysOf(member.key)[0] ?? "";
    const wanted = entry[key];
    if (wanted === undefined || canonicalJson(wanted) === canonicalJson(before[key] ?? null)) continue;
    edits.push({ start: member.value.range[0], end: member.value.range[1], text: tomlValue(wanted) });
  }
  return edits.sort((a, b) => b.start - a.start)
    .reduce((result, edit) => result.slice(0, edit.start) + edit.text + result.slice(edit.end), text);
}

function appended(text: string, path: readonly string[], entry: JsonObject): string {
  const eol = eolOf(text);
  const lines = [`[${path.join(".")}]`, ...Object.entries(entry).map(([key, value]) => line(key, value))];
  const head = text === "" || text.endsWith("\n") ? text : text + eol;
  const gap = head.trim() === "" || /\n\r?\n$/.test(head) ? "" : eol;
  return `${head}${gap}${lines.join(eol)}${eol}`;
}

/** Without every table and every assignment that says something of the entry. */
function withoutItems(text: string, { items }: Document, container: readonly string[]): string {
  const path = [...container, SERVER_NAME];
  const spans = items.flatMap((item) => {
    if (item.type === "TOMLTable" && isBelow(item.resolvedKey.map(String), path)) return [item.range];
    const [base, members] = item.type === "TOMLTable" ? [item.resolvedKey.map(String), item.body] : [[], [item]];
    return members.filter((member) => isBelow([...base, ...keysOf(member.key)], path)).map(({ range }) => range);
  });
  return spans.toReversed().reduce((result, [start, end]) => withoutLines(result, start, end), text);
}

function isBelow(found: readonly string[], path: readonly string[]): boolean {
  return path.every((key, i) => key === found[i]);
}

/** With one of the empty lines around them. */
function withoutLines(text: string, start: number, end: number): string {
  const lineStart = text.lastIndexOf("\n", start - 1) + 1;
  const next = Math.min(text.length, text.indexOf("\n", end) + 1 || text.length);
  const head = text.slice(0, lineStart);
  const tail = text.slice(next);
  const isFirstOfGap = /(^|\n)\r?\n$/.test(head) && (tail === "" || /^\r?\n/.test(tail));
  return (isFirstOfGap ? head.replace(/\r?\n$/, "") : head) + tail;
}

function keysOf(key: AST.TOMLKey): string[] {
  return key.keys.map((one) => one.type === "TOMLBare" ? one.name : one.value);
}

function line(key: string, value: Json): string {
  return `${tomlKey(key)} = ${tomlValue(value)}`;
}

function tomlKey(key: string): string {
  return /^[A-Za-z0-9_-]+$/.test(key) ? key : JSON.stringify(key);
}

/** JSON's texts, numbers and booleans are TOML's too. */
function tomlValue(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(tomlValue).join(", ")}]`;
  if (!isJsonObject(value)) return JSON.stringify(value);
  return `{ ${Object.entries(value).map(([key, one]) => line(key, one)).join(", ")} }`;
}

/** Behind the last character of the line, a comment included. */
function lineEnd(text: string, offset: number): number {
  const found = text.indexOf("\n", offset);
  if (found < 0) return text.length;
  return text[found - 1] === "\r" ? found - 1 : found;
}

function eolOf(text: string): string {
  return text.includes("\r\n") ? "\r\n" : "\n";
}
