// Text measured in terminal columns: wide characters take two, combining ones none.

/** Latin, Greek, Cyrillic and the signs of odw's own views: one column and one code unit each, measured at once. */
const NARROW =
  /^[\x20-\x7e\xa1-\xac\xae-\u02ff\u0370-\u0377\u037a-\u0482\u048a-\u0556\u2010-\u2027\u25a0\u25cb\u25cf\u2713\u2717]*$/;
// deno-lint-ignore no-control-regex
const COLOURS = /\x1b\[\d*m/g;
const NO_WIDTH = /^[\p{M}\p{Cf}\p{Cc}]+$/u;
/** East Asian Width W and F, by block (Unicode 16), and what is shown as an emoji. */
const WIDE =
  /[\u1100-\u115f\u2329\u232a\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{16fe0}-\u{18dff}\u{1aff0}-\u{1b2ff}\u{1f1e6}-\u{1f202}\u{1f210}-\u{1f265}\u{20000}-\u{3fffd}\ufe0f]|\p{Emoji_Presentation}/u;

/** Columns that a text takes; colours take none. */
export function widthOf(text: string): number {
  const bare = text.includes("\x1b") ? text.replace(COLOURS, "") : text;
  if (NARROW.test(bare)) return bare.length;
  return graphemes(bare).reduce((sum, grapheme) => sum + graphemeWidth(grapheme), 0);
}

/** A text without colours, at most `columns` wide; what was cut ends in `…`. */
export function fit(text: string, columns: number): string {
  if (columns <= 0) return "";
  if (widthOf(text) <= columns) return text;
  return `${startOf(text, columns - 1)}…`;
}

/** Exactly `columns` wide, cut or filled with spaces. */
export function pad(text: string, columns: number, align: "left" | "right" = "left"): string {
  const fitted = fit(text, columns);
  const space = " ".repeat(Math.max(0, columns - widthOf(fitted)));
  return align === "left" ? fitted + space : space + fitted;
}

/** Broken at spaces where there are some, so that no line is wider than `columns`. Line breaks of the text stay. */
export function wrap(text: string, columns: number): string[] {
  return text.split("\n").flatMap((line) => wrapLine(line.replaceAll("\t", "    "), Math.max(8, columns)));
}

function wrapLine(line: string, columns: number): string[] {
  const lines: string[] = [];
  let rest = line;
  // No character takes more than four columns' worth of code units here, so that long texts are not measured again and again.
  while (rest.length > columns / 2 && widthOf(rest.slice(0, columns * 4)) > columns) {
    const head = startOf(rest.slice(0, columns * 4), columns);
    const space = rest[head.length] === " " ? head.length : head.lastIndexOf(" ");
    const at = space > columns / 3 ? space : head.length;
    lines.push(rest.slice(0, at).trimEnd());
    rest = rest.slice(at).trimStart();
  }
  return [...lines, rest];
}

/** The longest beginning that takes at most `columns`. */
function startOf(text: string, columns: number): string {
  if (NARROW.test(text)) return text.slice(0, columns);
  let start = "";
  let width = 0;
  for (const grapheme of graphemes(text)) {
    width += graphemeWidth(grapheme);
    if (width > columns) break;
    start += grapheme;
  }
  return start;
}

/** Emoji joined from several count as several: many terminals show them so, and a line must never turn out too wide. */
function graphemeWidth(grapheme: string): number {
  if (grapheme.includes("\u200d")) return grapheme.split("\u200d").reduce((sum, part) => sum + graphemeWidth(part), 0);
  if (!grapheme || NO_WIDTH.test(grapheme)) return 0;
  return WIDE.test(grapheme) ? 2 : 1;
}

function graphemes(text: string): string[] {
  return Array.from(new Intl.Segmenter(undefined, { granularity: "grapheme" }).segment(text), ({ segment }) => segment);
}
