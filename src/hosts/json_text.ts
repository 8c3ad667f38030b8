// Reads a host's JSON file, and says where it cannot be read.
import type { Node, ParseError } from "jsonc-parser";
import { OdwError } from "../errors.ts";
import { isJsonObject, type Json } from "../json.ts";

/** `strict`: the host takes neither comments nor trailing commas. Throws OdwError `config` with file:line:column. */
export async function parseJsonText(
  text: string,
  { file, strict }: { file: string; strict: boolean },
): Promise<{ root: Node; value: Json }> {
  const { getNodeValue, parseTree, printParseErrorCode } = await import("jsonc-parser");
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { allowTrailingComma: !strict, disallowComments: strict });
  const first = errors[0];
  if (first) {
    const place = `${file}:${lineAndColumn(text, first.offset)}`;
    const problem = printParseErrorCode(first.error).replace(/(?<=[a-z])(?=[A-Z])/g, " ").toLowerCase();
    const rule = strict ? " (the host reads JSON without comments and trailing commas)" : "";
    throw new OdwError(
      "config",
      `${place}: not valid JSON: ${problem}${rule}; the file was left alone: correct it and try again`,
    );
  }
  const value = root ? getNodeValue(root) as Json : null;
  if (root && isJsonObject(value)) return { root, value };
  throw new OdwError("config", `${file}:1:1: no JSON object; the file was left alone: correct it and try again`);
}

/** `line:column`, both from 1. */
export function lineAndColumn(text: string, offset: number): string {
  const before = text.slice(0, offset);
  return `${before.split("\n").length}:${offset - (before.lastIndexOf("\n") + 1) + 1}`;
}
