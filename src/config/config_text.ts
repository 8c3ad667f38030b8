// The text of a configuration file: JSON with comments and trailing commas, whose every value knows its place.
import type { Node, ParseError } from "jsonc-parser";
import { OdwError } from "../errors.ts";

/** `path` as in `["limits", "agents"]`; of an object's member, `key` asks for the place of its name. */
export type Locate = (path: readonly PropertyKey[], key?: string) => string;

export interface ParsedText {
  value: unknown;
  /** `file:line:column` of a value, or of the nearest thing around it. */
  locate: Locate;
}

/** Throws OdwError `config` with file:line:column where the text is not JSON. */
export async function parseConfigText(file: string, text: string): Promise<ParsedText> {
  const { getNodeValue, parseTree, printParseErrorCode } = await import("jsonc-parser");
  const source = text.replace(/^\uFEFF/, "");
  const place = (offset: number) => `${file}:${lineAndColumn(source, offset)}`;
  if (source.trim() === "") throw new OdwError("config", `${file}:1:1: the file is empty; write {} or remove it`);
  const errors: ParseError[] = [];
  const root = parseTree(source, errors, { allowTrailingComma: true });
  const first = errors[0];
  if (first) {
    throw new OdwError(
      "config",
      `${place(first.offset)}: ${found(source, first.offset)} where JSON wants ${
        wanted(printParseErrorCode(first.error))
      }; correct the file`,
    );
  }
  if (!root) throw new OdwError("config", `${file}:1:1: the file holds comments only; write {} or remove it`);
  return { value: getNodeValue(root), locate: (path, key) => place(offsetOf(root, path, key)) };
}

function offsetOf(root: Node, path: readonly PropertyKey[], key: string | undefined): number {
  let node = root;
  for (const segment of path) {
    const next = typeof segment === "number" ? node.children?.[segment] : member(node, String(segment))?.children?.[1];
    if (!next) return node.offset;
    node = next;
  }
  return (key === undefined ? undefined : member(node, key)?.offset) ?? node.offset;
}

/** The last one counts, as in JSON.parse. */
function member(node: Node, key: string): Node | undefined {
  if (node.type !== "object") return undefined;
  return node.children?.findLast((property) => property.children?.[0]?.value === key);
}

function lineAndColumn(text: string, offset: number): string {
  const before = text.slice(0, offset);
  const line = before.split("\n").length;
  return `${line}:${offset - (before.lastIndexOf("\n") + 1) + 1}`;
}

/** Names the kind of the text only: it may be a part of a key. */
function found(text: string, offset: number): string {
  const character = text[offset];
  if (character === undefined) return "the file ends";
  return /["'\w]/.test(character) ? "there is a word" : `there is a ${JSON.stringify(character)}`;
}

function wanted(code: string): string {
  const words: Record<string, string> = {
    InvalidSymbol: "a value: text in double quotes, a number, true, false, null, { or [",
    InvalidNumberFormat: "a number",
    PropertyNameExpected: "a name in double quotes",
    ValueExpected: "a value",
    ColonExpected: 'a ":"',
    CommaExpected: 'a ","',
    CloseBraceExpected: 'a "}"',
    CloseBracketExpected: 'a "]"',
    EndOfFileExpected: "nothing more",
    InvalidCommentToken: "a comment like // … or /* … */",
    UnexpectedEndOfComment: "the end of the comment",
    UnexpectedEndOfString: 'the closing " of a text',
    UnexpectedEndOfNumber: "the rest of a number",
    InvalidUnicode: "four hexadecimal digits after \\u",
    InvalidEscapeCharacter: "a known escape after \\",
    InvalidCharacter: "a character that JSON allows in a text",
  };
  return words[code] ?? "something else";
}
