// What grep answers: text for a model, data for a script.
import type { Json } from "../json.ts";
import { asData } from "./as_data.ts";
import { fittingLines } from "./bounded_text.ts";
import type { FileMatches } from "./line_search.ts";

export type GrepMode = "content" | "files_with_matches" | "count";

export interface GrepOptions {
  mode: GrepMode;
  pattern: string;
  /** There may be more than was searched for. */
  isCut: boolean;
  around: number;
}

/** A script gets `{ path, line, text }` of the matching lines, the paths, or `{ path, count }`. */
export function shownMatches(found: FileMatches[], options: GrepOptions): { content: string; value: Json } {
  const value = valueOf(found, options.mode);
  if (found.length === 0) return { content: `No line matches ${options.pattern}`, value };
  const lines = found.flatMap((file) => linesOf(file, options));
  const shown = fittingLines(lines);
  const isCut = options.isCut || shown.length < lines.length;
  const text = options.mode === "content" ? asData("grep", shown.join("\n")) : shown.join("\n");
  return { content: text + (isCut ? "\n[more matches: narrow the search with path, glob or pattern]" : ""), value };
}

function valueOf(found: FileMatches[], mode: GrepMode): Json {
  if (mode === "files_with_matches") return found.map(({ path }) => path);
  if (mode === "count") return found.map(({ path, count }) => ({ path, count }));
  return found.flatMap(({ path, lines }) =>
    lines.filter(({ isMatch }) => isMatch).map(({ line, text }) => ({ path, line, text }))
  );
}

/** As grep -n prints them: `:` behind a match, `-` behind a line around it, `--` between groups. */
function linesOf({ path, count, lines }: FileMatches, { mode, around }: GrepOptions): string[] {
  if (mode === "files_with_matches") return [path];
  if (mode === "count") return [`${path}:${count}`];
  return lines.flatMap(({ line, text, isMatch }, index) => {
    const mark = isMatch ? ":" : "-";
    const isApart = around > 0 && index > 0 && lines[index - 1]!.line !== line - 1;
    return [...(isApart ? ["--"] : []), `${path}${mark}${line}${mark}${text}`];
  });
}
