// The text of many files in turn, through one buffer, so that a search of a large tree takes little memory.
import { isBinary } from "./text_file.ts";

/** Above this a file is searched in pieces. */
const PIECE_BYTES = 256 * 1024;
/** A line without an end must not fill the memory: what is longer is searched in parts. */
const LONGEST_LINE = 2 ** 20;

export class FileLines {
  readonly #piece = new Uint8Array(PIECE_BYTES);

  /**
   * The file's text in pieces of whole lines, `\n` between them. Nothing for binary files and for those that are gone or cannot be
   * read. Works synchronously: for a hundred thousand small files waiting for each would cost more than reading them.
   */
  *pieces(path: string): Generator<string> {
    let file: Deno.FsFile;
    try {
      file = Deno.openSync(path);
    } catch {
      return;
    }
    try {
      yield* this.#read(file);
    } finally {
      file.close();
    }
  }

  *#read(file: Deno.FsFile): Generator<string> {
    const first = this.#fill(file);
    const decoder = decoderOf(first);
    if (!decoder) return;
    if (first.length < PIECE_BYTES) {
      yield plainLines(decoder.decode(first));
      return;
    }
    let rest = decoder.decode(first, { stream: true });
    for (let count = first.length; count > 0;) {
      const end = rest.length > LONGEST_LINE ? rest.length : rest.lastIndexOf("\n") + 1;
      if (end > 0) yield plainLines(rest.slice(0, end));
      const more = this.#fill(file);
      rest = rest.slice(end) + decoder.decode(more, { stream: more.length > 0 });
      count = more.length;
    }
    if (rest !== "") yield plainLines(rest);
  }

  #fill(file: Deno.FsFile): Uint8Array {
    let length = 0;
    while (length < PIECE_BYTES) {
      const count = readSome(file, this.#piece.subarray(length));
      if (count === 0) break;
      length += count;
    }
    return this.#piece.subarray(0, length);
  }
}

/** A file that fails in the middle ends there. */
function readSome(file: Deno.FsFile, into: Uint8Array): number {
  try {
    return file.readSync(into) ?? 0;
  } catch {
    return 0;
  }
}

function decoderOf(bytes: Uint8Array): TextDecoder | null {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder("utf-16le");
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder("utf-16be");
  return isBinary(bytes) ? null : new TextDecoder();
}

function plainLines(text: string): string {
  const lines = text.includes("\r") ? text.replaceAll("\r\n", "\n") : text;
  return lines.endsWith("\n") ? lines.slice(0, -1) : lines;
}
