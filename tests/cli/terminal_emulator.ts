// A tiny terminal: enough to see what a person would see after the escape sequences that the live view writes.
// deno-lint-ignore-file no-control-regex
import { widthOf } from "../../src/cli/text_width.ts";

const SEQUENCE = /^\x1b\[(\d*)([AKJm])/;

export class Terminal {
  /** Cells of each row; a wide character fills a second cell with "". */
  readonly rows: string[][] = [[]];
  row = 0;
  column = 0;
  /** Lines that ran over the right edge: the live view must never do that. */
  wraps = 0;

  constructor(readonly columns: number) {}

  write(text: string): void {
    for (let rest = text; rest.length > 0;) {
      const sequence = SEQUENCE.exec(rest);
      if (sequence) this.#obey(sequence[2] ?? "", Number(sequence[1] || "1"));
      else if (rest[0] === "\x1b") {
        throw new Error(`an escape sequence that no view should write: ${JSON.stringify(rest.slice(0, 12))}`);
      }
      const length = sequence ? sequence[0].length : graphemeLength(rest);
      if (!sequence) this.#put(rest.slice(0, length));
      rest = rest.slice(length);
    }
  }

  screen(): string[] {
    const lines = this.rows.map((cells) => cells.map((cell) => cell ?? " ").join("").trimEnd());
    while (lines.length > 0 && lines.at(-1) === "") lines.pop();
    return lines;
  }

  #obey(letter: string, amount: number): void {
    if (letter === "A") this.row = Math.max(0, this.row - amount);
    if (letter === "K" || letter === "J") this.#line().length = Math.min(this.#line().length, this.column);
    if (letter === "J") this.rows.length = this.row + 1;
  }

  #put(character: string): void {
    if (character === "\r") return void (this.column = 0);
    if (character === "\n") return this.#newLine();
    const width = widthOf(character);
    if (this.column + width > this.columns) {
      this.wraps++;
      this.#newLine();
    }
    const line = this.#line();
    while (line.length < this.column) line.push(" ");
    line[this.column] = character;
    for (let i = 1; i < width; i++) line[this.column + i] = "";
    this.column += width;
  }

  #newLine(): void {
    this.row++;
    this.column = 0;
    if (!this.rows[this.row]) this.rows[this.row] = [];
  }

  #line(): string[] {
    return this.rows[this.row] ??= [];
  }
}

function graphemeLength(text: string): number {
  const head = text.slice(0, 32);
  return [...new Intl.Segmenter().segment(head)][0]?.segment.length ?? 1;
}
