// Keeps results small: each is paid for again in every later request of the conversation.

/** What one result shows a model at most. */
export const MOST_SHOWN_BYTES = 50_000;
const LONGEST_SHOWN_LINE = 2000;

/** A line as it is shown: a minified file must not fill the result with its first line. */
export function shownLine(line: string, most: number = LONGEST_SHOWN_LINE): string {
  if (line.length <= most) return line;
  return `${line.slice(0, most)}… [${line.length - most} more characters]`;
}

/** `1 line`, `2 lines`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** The lines from the first on that fit into the bound, at least one. */
export function fittingLines(lines: string[], mostBytes: number = MOST_SHOWN_BYTES): string[] {
  let bytes = 0;
  const end = lines.findIndex((line, index) => (bytes += byteLength(line) + 1) > mostBytes && index > 0);
  return end < 0 ? lines : lines.slice(0, end);
}

function byteLength(text: string): number {
  // Enough for a bound: three bytes for what is not ASCII.
  let bytes = text.length;
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) > 127) bytes += 2;
  return bytes;
}
