// Puts a member into a JSON object, takes one out, or changes its value: edits of text, not of values.
import type { Node } from "jsonc-parser";
import type { Json } from "../json.ts";

/** White space and comments. */
const TRIVIA = /(?:\s|\/\/[^\r\n]*|\/\*[\s\S]*?\*\/)*/y;
/** What may stand behind a member on its line. */
const REST_OF_LINE = /(?:[ \t]|\/\*[^\r\n]*?\*\/)*(?:\/\/[^\r\n]*)?(?=\r?\n|$)/y;

/** The last one counts, as in JSON.parse. */
export function memberOf(object: Node, key: string): Node | undefined {
  return object.children?.findLast((member) => member.children?.[0]?.value === key);
}

/** As the last member of `object`. */
export function insertMember(text: string, object: Node, { key, value }: { key: string; value: Json }): string {
  const last = object.children?.at(-1);
  if (!last) return insertFirst(text, object, { key, value });
  const end = last.offset + last.length;
  const comma = commaAfter(text, end);
  if (!text.slice(object.offset, end).includes("\n")) {
    const member = `${JSON.stringify(key)}: ${JSON.stringify(value)}`;
    return comma === null ? splice(text, end, end, `, ${member}`) : splice(text, comma + 1, comma + 1, ` ${member},`);
  }
  const indent = startsLine(text, last.offset)
    ? indentAt(text, last.offset)
    : indentAt(text, object.offset) + unitOf(text);
  const member = `${JSON.stringify(key)}: ${valueText(text, value, indent)}`;
  const at = skip(REST_OF_LINE, text, comma === null ? end : comma + 1);
  const inserted = splice(text, at, at, `${eolOf(text)}${indent}${member}${comma === null ? "" : ","}`);
  return comma === null ? splice(inserted, end, end, ",") : inserted;
}

export function replaceValue(text: string, member: Node, value: Json): string {
  const old = member.children?.[1] ?? member;
  const isInline = !text.slice(old.offset, old.offset + old.length).includes("\n");
  const next = isInline ? JSON.stringify(value) : valueText(text, value, indentAt(text, member.offset));
  return splice(text, old.offset, old.offset + old.length, next);
}

/** With its comma and, where it stands alone on them, its lines. */
export function removeMember(text: string, object: Node, key: string): string {
  const members = object.children ?? [];
  const member = memberOf(object, key);
  if (!member) return text;
  const previous = members[members.indexOf(member) - 1];
  const end = member.offset + member.length;
  const comma = commaAfter(text, end);
  const span = spanOf(text, member.offset, comma === null ? end : comma + 1);
  let result = splice(text, span.start, span.end, "");
  if (comma === null && previous) {
    const before = commaAfter(text, previous.offset + previous.length);
    if (before !== null) result = splice(result, before, before + 1, "");
  }
  if (members.length > 1) return result;
  const close = result.lastIndexOf("}", object.offset + object.length - (text.length - result.length) - 1);
  return result.slice(object.offset + 1, close).trim() === "" ? splice(result, object.offset + 1, close, "") : result;
}

function insertFirst(text: string, object: Node, { key, value }: { key: string; value: Json }): string {
  const [start, end] = [object.offset + 1, object.offset + object.length - 1];
  const name = JSON.stringify(key);
  // A file of one line stays one, except the empty object.
  if (!text.trim().includes("\n") && text.trim() !== "{}") {
    return splice(text, start, end, `${name}: ${JSON.stringify(value)}`);
  }
  const outer = indentAt(text, object.offset);
  const indent = outer + unitOf(text);
  const eol = eolOf(text);
  const kept = text.slice(start, end).trimEnd();
  return splice(text, start, end, `${kept}${eol}${indent}${name}: ${valueText(text, value, indent)}${eol}${outer}`);
}

/** What goes when everything from `start` to `end` goes. */
function spanOf(text: string, start: number, end: number): { start: number; end: number } {
  const lineEnd = skip(/[ \t]*/y, text, end);
  const isLineEnd = /^(\r?\n|$)/.test(text.slice(lineEnd, lineEnd + 2));
  if (!startsLine(text, start)) return { start: text.slice(0, start).trimEnd().length, end };
  const lineStart = start - indentAt(text, start).length;
  if (!isLineEnd && text[lineEnd] !== "}") return { start, end: lineEnd };
  const eol = text.slice(0, lineStart).endsWith("\r\n") ? 2 : text.slice(0, lineStart).endsWith("\n") ? 1 : 0;
  return { start: lineStart - eol, end: lineEnd };
}

function commaAfter(text: string, offset: number): number | null {
  const at = skip(TRIVIA, text, offset);
  return text[at] === "," ? at : null;
}

/** Where the match from `offset` on ends; `offset` when there is none. */
function skip(pattern: RegExp, text: string, offset: number): number {
  const sticky = new RegExp(pattern.source, "y");
  sticky.lastIndex = offset;
  return sticky.test(text) ? sticky.lastIndex : offset;
}

function startsLine(text: string, offset: number): boolean {
  return /(^|\n)[ \t]*$/.test(text.slice(0, offset));
}

/** Of the line in which `offset` stands. */
function indentAt(text: string, offset: number): string {
  const line = text.slice(text.lastIndexOf("\n", offset - 1) + 1);
  return /^[ \t]*/.exec(line)?.[0] ?? "";
}

/** One step of this file's indentation. */
function unitOf(text: string): string {
  return /\n([ \t]+)["}\]]/.exec(text)?.[1] ?? "  ";
}

function eolOf(text: string): string {
  return text.includes("\r\n") ? "\r\n" : "\n";
}

/** Short lists stay on one line, as people write them. */
function valueText(text: string, value: Json, indent: string): string {
  if (Array.isArray(value)) return `[${value.map((one) => JSON.stringify(one)).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const inner = indent + unitOf(text);
  const members = Object.entries(value).map(([key, one]) =>
    `${inner}${JSON.stringify(key)}: ${valueText(text, one, inner)}`
  );
  if (members.length === 0) return "{}";
  const eol = eolOf(text);
  return `{${eol}${members.join(`,${eol}`)}${eol}${indent}}`;
}

function splice(text: string, start: number, end: number, inserted: string): string {
  return text.slice(0, start) + inserted + text.slice(end);
}
