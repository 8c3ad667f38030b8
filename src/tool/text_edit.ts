// Exact replacements in a text, which must be unambiguous.
import { toCrLf, usesCrLf } from "./text_file.ts";
import { ToolError } from "./tool_error.ts";

export interface Edit {
  old: string;
  next: string;
  /** Every match; else there must be exactly one. */
  all: boolean;
}

/** How many places an error names. */
const MOST_PLACES = 8;

/** The edits one after the other, with the line of each replacement. Throws ToolError `tool_failed` that says what was found instead. */
export function replaceTexts(
  text: string,
  { edits, shown }: { edits: Edit[]; shown: string },
): { text: string; lines: number[] } {
  const isCrLf = usesCrLf(text);
  let current = text;
  const lines: number[] = [];
  for (const [index, edit] of edits.entries()) {
    const name = edits.length > 1 ? `edit ${index + 1} of ${edits.length}: ` : "";
    // A model writes \n, whatever the file holds.
    const fitted = isCrLf ? { ...edit, old: toCrLf(edit.old), next: toCrLf(edit.next) } : mixedEnds(current, edit);
    const places = placesOf(current, fitted.old);
    if (fitted.old === "") {
      throw new ToolError(
        "usage",
        `${name}\`old_string\` is empty, and ${shown} is there already: write it with write_file`,
      );
    }
    if (places.length === 0) throw new ToolError("tool_failed", name + notFound(current, { old: fitted.old, shown }));
    if (places.length > 1 && !edit.all) {
      throw new ToolError("tool_failed", name + ambiguous(current, { places, shown }));
    }
    lines.push(...linesAt(current, places));
    current = spliced(current, { places, edit: fitted });
  }
  return { text: current, lines };
}

/** In a file with both kinds of line ends, a text that is not there as it is written may be there with the other kind. */
function mixedEnds(text: string, edit: Edit): Edit {
  if (text.includes(edit.old) || !text.includes("\r\n")) return edit;
  return { ...edit, old: toCrLf(edit.old), next: toCrLf(edit.next) };
}

function placesOf(text: string, part: string): number[] {
  const places: number[] = [];
  if (part === "") return places;
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + part.length)) places.push(at);
  return places;
}

function spliced(text: string, { places, edit }: { places: number[]; edit: Edit }): string {
  const parts: string[] = [];
  let from = 0;
  for (const at of places) {
    parts.push(text.slice(from, at), edit.next);
    from = at + edit.old.length;
  }
  return parts.join("") + text.slice(from);
}

function notFound(text: string, { old, shown }: { old: string; shown: string }): string {
  const line = lineApartFromSpace(text, old);
  const found = line === null
    ? `read it again and copy the text exactly, without line numbers`
    : `line ${line} differs in white space only: copy it exactly`;
  return `\`old_string\` was not found in ${shown}: ${found}`;
}

/** Where the text stands when white space is not looked at; null: nowhere. */
function lineApartFromSpace(text: string, old: string): number | null {
  const wanted = old.split("\n").map((line) => line.replace(/\s+/g, "")).filter((line) => line !== "");
  const lines = text.split("\n").map((line, index) => ({ text: line.replace(/\s+/g, ""), number: index + 1 }))
    .filter((line) => line.text !== "");
  if (wanted.length === 0) return null;
  const found = lines.findIndex((_, at) => wanted.every((line, index) => lines[at + index]?.text === line));
  return found < 0 ? null : lines[found]!.number;
}

function ambiguous(text: string, { places, shown }: { places: number[]; shown: string }): string {
  const lines = linesAt(text, places);
  const more = lines.length > MOST_PLACES ? `, … (${lines.length} in all)` : "";
  const where = lines.slice(0, MOST_PLACES).join(", ") + more;
  return `\`old_string\` stands ${places.length} times in ${shown}, in lines ${where}: add lines around it until it is unique, or set \`replace_all\``;
}

/** The line numbers of ascending places. */
function linesAt(text: string, places: number[]): number[] {
  let line = 1;
  let from = 0;
  return places.map((place) => {
    for (let at = text.indexOf("\n", from); at >= 0 && at < place; at = text.indexOf("\n", from)) {
      line++;
      from = at + 1;
    }
    return line;
  });
}
