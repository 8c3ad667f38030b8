// Finds the JSON in a reply that is not JSON as a whole: in fences, after prose, or written sloppily.
import type { Json } from "../json.ts";

/** Openers looked at: a text full of brackets costs no more than this many scans. */
const MAX_SCANS = 100;

/** Every value that can be read out of `text`, the likeliest first: fenced blocks before bare ones, later ones before earlier ones. */
export async function* jsonCandidates(text: string): AsyncGenerator<Json> {
  const texts = new Set([...fencedBlocks(text).reverse(), ...bracketed(text).reverse(), ...outermost(text)]);
  for (const candidate of texts) {
    const value = await read(candidate);
    if (value !== undefined) yield value;
  }
}

async function read(text: string): Promise<Json | undefined> {
  try {
    return JSON.parse(text);
  } catch {
    return await repair(text);
  }
}

/** Trailing commas, single quotes, unquoted keys, True, False, None. Loaded only here: most replies are JSON. */
async function repair(text: string): Promise<Json | undefined> {
  const { jsonrepair } = await import("jsonrepair");
  try {
    return JSON.parse(jsonrepair(withDoubleQuotes(text)));
  } catch {
    return undefined;
  }
}

/** Texts in single quotes, rewritten before the repair, which would turn an apostrophe inside of one into a quote. */
function withDoubleQuotes(text: string): string {
  let rewritten = "";
  let done = 0;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '"') at = closingQuote(text, at);
    if (text[at] !== "'" || !opensText(text, at)) continue;
    const end = closingQuote(text, at);
    const inner = text.slice(at + 1, end).replaceAll("\\'", "'").replace(/(?<!\\)"/g, '\\"');
    rewritten += `${text.slice(done, at)}"${inner}"`;
    at = end;
    done = end + 1;
  }
  return rewritten + text.slice(done);
}

/** The insides of code fences, where they are closed and hold something. */
function fencedBlocks(text: string): string[] {
  const blocks = [...text.matchAll(/```[^\n`]*\n([\s\S]*?)```/g)].map((match) => (match[1] ?? "").trim());
  return blocks.filter((block) => /^[[{"\d-]|^(true|false|null)$/.test(block) && isClosed(block));
}

/** A cut object must not be repaired to a whole one. */
function isClosed(text: string): boolean {
  if (text.startsWith("{")) return text.endsWith("}");
  return !text.startsWith("[") || text.endsWith("]");
}

/** The outermost balanced `{…}` and `[…]`, in order. */
function bracketed(text: string): string[] {
  const found: string[] = [];
  let scans = 0;
  for (let at = nextOpener(text, 0); at >= 0 && scans < MAX_SCANS; scans++) {
    const end = closerOf(text, at);
    if (end > 0) found.push(text.slice(at, end));
    at = nextOpener(text, end > 0 ? end : at + 1);
  }
  return found;
}

/** From the first opener to the last closer: for quotes so loose that brackets cannot be matched. */
function outermost(text: string): string[] {
  const start = nextOpener(text, 0);
  if (start < 0) return [];
  const end = text.lastIndexOf(text[start] === "{" ? "}" : "]");
  return end > start ? [text.slice(start, end + 1)] : [];
}

function nextOpener(text: string, from: number): number {
  const found = text.slice(from).search(/[{[]/);
  return found < 0 ? -1 : from + found;
}

/** The place after the bracket that closes the one at `start`, or -1. Brackets in quotes do not count. */
function closerOf(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    const char = text[at] ?? "";
    if (char === '"' || (char === "'" && opensText(text, at))) at = closingQuote(text, at);
    else if (char === "{" || char === "[") depth++;
    else if ((char === "}" || char === "]") && --depth === 0) return at + 1;
  }
  return -1;
}

/** An apostrophe opens a text only where a value or a key may stand. */
function opensText(text: string, at: number): boolean {
  return /[{[,:]\s*$/.test(text.slice(Math.max(0, at - 20), at));
}

/** The place of the closing quote; the end of the text when there is none. A single quote closes only before `,`, `:`, `}` or `]`. */
function closingQuote(text: string, start: number): number {
  const quote = text[start] ?? "";
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === "\\") at++;
    else if (text[at] === quote && (quote === '"' || /^\s*[,:}\]]/.test(text.slice(at + 1, at + 20)))) return at;
  }
  return text.length;
}
