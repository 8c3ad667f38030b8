// Searches one file after the other for matching lines.
import { shownLine } from "./bounded_text.ts";
import type { EngineTurns } from "./engine_turns.ts";
import { FileLines } from "./file_lines.ts";
import type { LinePattern } from "./line_pattern.ts";

export interface FoundLine {
  line: number;
  text: string;
  /** False: it stands around a match. */
  isMatch: boolean;
}

export interface FileMatches {
  path: string;
  count: number;
  /** In the file's order, each line once. */
  lines: FoundLine[];
}

export interface SearchOptions {
  /** Lines to show before and after a match. */
  around: number;
  /** The first match of a file is enough. */
  firstOnly: boolean;
  turns: EngineTurns;
}

/** A longer line is cut: what it holds can be read with read_file. */
const LONGEST_MATCH = 500;

export class LineSearch {
  readonly #pattern: LinePattern;
  readonly #options: SearchOptions;
  readonly #files = new FileLines();

  constructor(pattern: LinePattern, options: SearchOptions) {
    this.#pattern = pattern;
    this.#options = options;
  }

  /** null: nothing matches. Stops after `most` matches. */
  async file(absolute: string, { path, most }: { path: string; most: number }): Promise<FileMatches | null> {
    const found: FileMatches = { path, count: 0, lines: [] };
    let before = 0;
    for (const text of this.#files.pieces(absolute)) {
      // Numbers are only needed where something matches, in this piece or in a later one.
      if (this.#pattern.mayMatch(text)) before += this.#search(text, { found, before, most });
      else before += lineCount(text);
      if (found.count >= most || (this.#options.firstOnly && found.count > 0)) break;
      if (this.#options.turns.isOver) await this.#options.turns.pass();
    }
    return found.count > 0 ? found : null;
  }

  /** Returns the number of lines. Context does not reach over the border of a piece. */
  #search(text: string, { found, before, most }: { found: FileMatches; before: number; most: number }): number {
    const lines = text.split("\n");
    const { around, firstOnly } = this.#options;
    let shownTo = -1;
    for (let at = 0; at < lines.length; at++) {
      if (!this.#pattern.matches(lines[at]!)) continue;
      found.count++;
      for (let near = Math.max(shownTo + 1, at - around); near < at; near++) found.lines.push(line(near));
      found.lines.push({ ...line(at), isMatch: true });
      shownTo = at;
      if (firstOnly || found.count >= most) break;
      for (const end = Math.min(at + around, lines.length - 1); shownTo < end;) {
        if (this.#pattern.matches(lines[shownTo + 1]!)) break;
        found.lines.push(line(++shownTo));
      }
    }
    return lines.length;

    function line(at: number): FoundLine {
      return { line: before + at + 1, text: shownLine(lines[at]!, LONGEST_MATCH), isMatch: false };
    }
  }
}

function lineCount(text: string): number {
  let count = 1;
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) count++;
  return count;
}
