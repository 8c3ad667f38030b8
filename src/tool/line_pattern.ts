// Regular expressions over the lines of a file, in linear time, with the cheap way first.
import { ToolError } from "./tool_error.ts";

export interface LinePattern {
  /** False: no line of the text matches. True: one may. */
  mayMatch(text: string): boolean;
  matches(line: string): boolean;
}

/** Compiling and running takes time in proportion to it. */
const LONGEST_PATTERN = 2000;

/** An escaped, special or plain character, and how often it may stand there. */
const ATOM = /(?:\\(.)|([.^$])|(.))((?:[*+?]|\{\d*,?\d*\})\??)?/gs;

/** Throws ToolError `usage` for a pattern that RE2 cannot express: look-around, back references, or plainly wrong. */
export async function linePattern(pattern: string, options: { ignoreCase: boolean }): Promise<LinePattern> {
  if (pattern === "" || pattern.length > LONGEST_PATTERN) {
    throw new ToolError("usage", `The pattern must have 1 to ${LONGEST_PATTERN} characters, found ${pattern.length}`);
  }
  const literals = requiredLiterals(pattern);
  if (literals !== null && literals.isWhole && !options.ignoreCase) return literalPattern(literals.texts[0]!);
  const { RE2JS } = await import("re2js");
  const flags = options.ignoreCase ? RE2JS.CASE_INSENSITIVE : 0;
  const compile = (extra: number) => RE2JS.compile(RE2JS.translateRegExp(pattern), flags | extra);
  try {
    const whole = compile(RE2JS.MULTILINE);
    const line = compile(0);
    // Folding is wider than lower case for letters outside ASCII, so those patterns go the plain way.
    const canScan = literals !== null &&
      !(options.ignoreCase && literals.texts.some((text) => /[^\0-\x7f]/.test(text)));
    const scan = canScan ? scanner(literals.texts, options.ignoreCase) : null;
    const seesLines = !/\\[AzZ]|\(\?[a-zA-Z]*-/.test(pattern);
    return {
      mayMatch: (text) => scan ? scan(text) : !seesLines || whole.matcher(text).find(),
      matches: (text) => line.matcher(text).find(),
    };
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    throw new ToolError(
      "usage",
      `The pattern ${pattern} is no RE2 expression (${reason}): escape plain characters with \\, and use no look-around or back references`,
    );
  }
}

function literalPattern(literal: string): LinePattern {
  const has = (text: string) => text.includes(literal);
  return { mayMatch: has, matches: has };
}

function scanner(literals: string[], ignoreCase: boolean): (text: string) => boolean {
  if (!ignoreCase) return (text) => literals.some((literal) => text.includes(literal));
  const lower = literals.map((literal) => literal.toLowerCase());
  return (text) => {
    const lowered = text.toLowerCase();
    return lower.some((literal) => lowered.includes(literal));
  };
}

/**
 * Texts of which every match holds one, one per alternative at the top level; null where an alternative has none that can be seen without
 * parsing the expression. `isWhole`: the pattern is nothing but the one text.
 */
export function requiredLiterals(pattern: string): { texts: string[]; isWhole: boolean } | null {
  if (!/[\\^$.|?*+()[\]{}]/.test(pattern)) return { texts: [pattern], isWhole: true };
  // Groups may hold alternatives or flags: only patterns without them are looked into.
  if (/[()[\]]/.test(pattern.replace(/\\./gs, ""))) return outsideGroups(pattern);
  const texts = alternatives(pattern).map(longestLiteral);
  return texts.every((text) => text.length >= 2) ? { texts, isWhole: false } : null;
}

/** The text before the first group or set, when there is no alternative in the whole pattern. */
function outsideGroups(pattern: string): { texts: string[]; isWhole: boolean } | null {
  const plain = pattern.replace(/\\./gs, (escaped) => escaped === "\\|" ? "--" : escaped);
  if (plain.includes("|") || plain.includes("(?")) return null;
  const end = pattern.replace(/\\./gs, "--").search(/[([]/);
  const text = end < 0 ? "" : longestLiteral(pattern.slice(0, end));
  return text.length >= 2 ? { texts: [text], isWhole: false } : null;
}

function alternatives(pattern: string): string[] {
  const masked = pattern.replace(/\\./gs, "--");
  const bars = [...masked].flatMap((char, index) => char === "|" ? [index] : []);
  const ends = [-1, ...bars, pattern.length];
  return ends.slice(1).map((end, index) => pattern.slice(ends[index]! + 1, end));
}

/** The longest run of characters that stand for themselves, in a pattern without groups, sets and alternatives. */
function longestLiteral(pattern: string): string {
  const runs = [""];
  for (const [, escaped, special, plain, quantifier] of pattern.matchAll(ATOM)) {
    // `\x41`, `\Q…\E`, `\p{…}` need a parser.
    if (escaped && /[xQEpPuc0-9]/.test(escaped)) return "";
    const char = escaped && /\W/.test(escaped) ? escaped : plain;
    if (special || quantifier || char === undefined) runs.push("");
    else runs.push(runs.pop()! + char);
  }
  return runs.reduce((longest, run) => run.length > longest.length ? run : longest, "");
}
