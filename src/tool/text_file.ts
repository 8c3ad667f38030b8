// Text files as bytes and back: encoding, byte order mark, line endings.

export interface TextFile {
  text: string;
  encoding: "utf-8" | "utf-16le" | "utf-16be";
  hasBom: boolean;
  /** Some bytes were no UTF-8: the text does not lead back to the file. */
  isLossy: boolean;
}

/** Zero bytes this early make a file binary. */
const PROBED_BYTES = 8192;

/** null: the file is binary. UTF-16 is known by its mark; all else is UTF-8. */
export function decodeText(bytes: Uint8Array): TextFile | null {
  const encoding = markedEncoding(bytes);
  if (encoding) {
    const text = new TextDecoder(encoding).decode(bytes);
    return { text, encoding, hasBom: true, isLossy: false };
  }
  if (isBinary(bytes)) return null;
  const hasBom = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  try {
    return { text: new TextDecoder("utf-8", { fatal: true }).decode(bytes), encoding: "utf-8", hasBom, isLossy: false };
  } catch {
    return { text: new TextDecoder().decode(bytes), encoding: "utf-8", hasBom, isLossy: true };
  }
}

/** The bytes of `text`, in the form that the file had. */
export function encodeText(text: string, { encoding, hasBom }: Pick<TextFile, "encoding" | "hasBom">): Uint8Array {
  const marked = hasBom ? `\uFEFF${text}` : text;
  if (encoding === "utf-8") return new TextEncoder().encode(marked);
  const bytes = new Uint8Array(marked.length * 2);
  const view = new DataView(bytes.buffer);
  for (let at = 0; at < marked.length; at++) view.setUint16(at * 2, marked.charCodeAt(at), encoding === "utf-16le");
  return bytes;
}

export function isBinary(bytes: Uint8Array): boolean {
  return bytes.subarray(0, PROBED_BYTES).includes(0);
}

/** Every line of the text ends with CR LF. */
export function usesCrLf(text: string): boolean {
  return text.includes("\r\n") && !/(?:^|[^\r])\n/.test(text);
}

export function toCrLf(text: string): string {
  return text.replace(/\r?\n/g, "\r\n");
}

/** The lines without their ends; a final line end makes no further line. */
export function linesOf(text: string): string[] {
  const lines = text.split("\n").map((line) => line.endsWith("\r") ? line.slice(0, -1) : line);
  if (lines.at(-1) === "") lines.pop();
  return lines;
}

function markedEncoding(bytes: Uint8Array): "utf-16le" | "utf-16be" | null {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return "utf-16le";
  return bytes[0] === 0xfe && bytes[1] === 0xff ? "utf-16be" : null;
}
