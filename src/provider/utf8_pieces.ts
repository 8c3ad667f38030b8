// Decodes UTF-8 that comes in pieces. TextDecoder's own streaming makes a native decoder for each text; here one serves all.

const DECODER = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const BYTE_ORDER_MARK = "\ufeff";
const NOTHING = new Uint8Array();

/** One text. Its methods throw a TypeError for what is not UTF-8. */
export class Utf8Pieces {
  /** Of a character whose other bytes are still to come. */
  #open: Uint8Array = NOTHING;
  #hasBegun = false;

  decode(bytes: Uint8Array): string {
    const joined = this.#open.length > 0 ? concat(this.#open, bytes) : bytes;
    const open = openBytes(joined);
    this.#open = open > 0 ? joined.slice(-open) : NOTHING;
    const text = DECODER.decode(open > 0 ? joined.subarray(0, -open) : joined);
    if (this.#hasBegun || text === "") return text;
    this.#hasBegun = true;
    return text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text;
  }

  /** No more bytes come. */
  end(): void {
    if (this.#open.length > 0) DECODER.decode(this.#open);
  }
}

/** How many bytes at the end begin a character that is not complete. */
function openBytes(bytes: Uint8Array): number {
  for (let back = 1; back <= 3 && back <= bytes.length; back++) {
    const byte = bytes[bytes.length - back]!;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) return lengthBy(byte) > back ? back : 0;
  }
  return 0;
}

/** Of a character, by its first byte. */
function lengthBy(first: number): number {
  if (first >= 0xf0) return 4;
  return first >= 0xe0 ? 3 : 2;
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
