// Some lines of a file of any size, read in pieces.
import { isBinary } from "./text_file.ts";

export interface LineRange {
  lines: string[];
  /** Of the whole file; null where it was not read to its end. */
  total: number | null;
}

const PIECE_BYTES = 256 * 1024;
/** A line without an end must not fill the memory: what is longer is cut. */
const LONGEST_LINE = 2 ** 20;

/** null: the file is binary. Reads no further than needed. */
export async function readLineRange(
  path: string,
  { offset, limit, signal }: { offset: number; limit: number; signal: AbortSignal },
): Promise<LineRange | null> {
  using file = await Deno.open(path);
  const piece = new Uint8Array(PIECE_BYTES);
  const decoder = new TextDecoder();
  const lines: string[] = [];
  let rest = "";
  let number = 0;
  for (let isFirst = true;; isFirst = false) {
    signal.throwIfAborted();
    const count = await file.read(piece);
    if (isFirst && isBinary(piece.subarray(0, count ?? 0))) return null;
    const text = rest +
      (count === null ? decoder.decode() : decoder.decode(piece.subarray(0, count), { stream: true }));
    const ended = text.split("\n");
    rest = count === null ? "" : ended.pop()!.slice(0, LONGEST_LINE);
    if (count === null && ended.at(-1) === "") ended.pop();
    for (const line of ended) {
      if (++number < offset) continue;
      if (lines.length === limit) return { lines, total: null };
      lines.push(line.replace(/\r$/, ""));
    }
    if (count === null) return { lines, total: number };
  }
}
