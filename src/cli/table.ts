// Columns of text for people: as wide as their content, cut where the terminal is narrow.
import type { Style } from "./style.ts";
import { pad, widthOf } from "./text_width.ts";
import type { Output } from "./world.ts";

export interface Column {
  title: string;
  /** Safe for a terminal, one line each. */
  cells: string[];
  align?: "left" | "right";
  /** Gives up width first when the terminal is narrow. */
  isFlexible?: boolean;
}

const GAP = 2;
const NARROWEST = 8;

/** Lines with a head line. `columns`: the terminal's width; Infinity cuts nothing. */
export function tableLines(table: Column[], columns: number, style: Style): string[] {
  const widths = fitWidths(table, columns);
  const line = (texts: string[]) =>
    texts.map((text, i) => pad(text, widths[i] ?? 0, table[i]?.align)).join(" ".repeat(GAP)).trimEnd();
  const rows = Math.max(0, ...table.map(({ cells }) => cells.length));
  const body = Array.from({ length: rows }, (_, row) => line(table.map(({ cells }) => cells[row] ?? "")));
  return [style("dim", line(table.map(({ title }) => title))), ...body];
}

/** Terminals cut, pipes get everything. */
export function tableWidth(output: Output): number {
  return output.isTerminal ? Math.max(20, output.columns()) : Infinity;
}

function fitWidths(table: Column[], columns: number): number[] {
  const widths = table.map(({ title, cells }) =>
    cells.reduce((max, cell) => Math.max(max, widthOf(cell)), widthOf(title))
  );
  let excess = widths.reduce((sum, width) => sum + width + GAP, -GAP) - columns;
  for (const isFlexible of [true, false]) {
    for (const i of widths.keys()) {
      if (excess <= 0 || Boolean(table[i]?.isFlexible) !== isFlexible) continue;
      const cut = Math.min(excess, Math.max(0, (widths[i] ?? 0) - NARROWEST));
      widths[i] = (widths[i] ?? 0) - cut;
      excess -= cut;
    }
  }
  return widths;
}
