// What an agent wants to do, as a human sees it before saying yes: the exact command or the diff.
import type { Question } from "../run.ts";
import type { Colour, Style } from "./style.ts";
import { safeText } from "./terminal_text.ts";

const LINE_CHARS = 2000;

type Approval = NonNullable<Question["approval"]>;

/** At most `most` lines, with a note of how to see the others. */
export function approvalLines(
  { detail }: Approval,
  { style, most, howToSeeAll }: { style: Style; most: number; howToSeeAll: string },
): string[] {
  const all = safeText(detail.trimEnd()).split("\n");
  const shown = all.length > most ? all.slice(0, Math.max(1, most - 1)) : all;
  const isDiff = all.some((line) => line.startsWith("@@")) || all.some((line) => line.startsWith("+++ "));
  const lines = shown.map((line) => cut(line, howToSeeAll)).map((line) =>
    `  ${isDiff ? colouredDiff(line, style) : line}`
  );
  const left = all.length - shown.length;
  return left > 0 ? [...lines, style("yellow", `  … ${left} more lines: ${howToSeeAll}`)] : lines;
}

function colouredDiff(line: string, style: Style): string {
  const colour = colourOf(line);
  return colour ? style(colour, line) : line;
}

function colourOf(line: string): Colour | null {
  if (line.startsWith("+++ ") || line.startsWith("--- ")) return "bold";
  if (line.startsWith("@@")) return "cyan";
  if (line.startsWith("+")) return "green";
  return line.startsWith("-") ? "red" : null;
}

/** Never without a word: what is not seen could be what matters. */
function cut(line: string, howToSeeAll: string): string {
  if (line.length <= LINE_CHARS) return line;
  return `${line.slice(0, LINE_CHARS)} … ${line.length - LINE_CHARS} more characters: ${howToSeeAll}`;
}
