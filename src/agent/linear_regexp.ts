// Schema patterns in linear time: a pattern that backtracks would hold up the whole engine on one hostile answer.
import type { RE2JS } from "re2js";

/** What ajv asks of a regular expression engine (its option `code.regExp`). */
export interface RegExpEngine {
  (pattern: string, flags: string): { test(text: string): boolean; toString(): string };
  /** Only read when ajv writes its validators to a file. */
  code: string;
}

/**
 * RE2 for every pattern that it can express. Look-around and back references, which it cannot, run as the platform's own RegExp:
 * such a pattern is the script author's, and rare.
 */
export async function loadLinearRegExp(): Promise<RegExpEngine> {
  const { RE2JS } = await import("re2js");
  const engine = (pattern: string, flags: string) => linear(RE2JS, pattern) ?? new RegExp(pattern, flags);
  return Object.assign(engine, { code: "linearRegExp" });
}

function linear(engine: typeof RE2JS, pattern: string): ReturnType<RegExpEngine> | null {
  try {
    // The pattern is JavaScript's: a wrong one must throw what JavaScript throws.
    new RegExp(pattern, "u");
    const compiled = engine.compile(engine.translateRegExp(pattern));
    // Ajv tells expressions apart by their text.
    return { test: (text) => compiled.matcher(text).find(), toString: () => `/${pattern}/` };
  } catch {
    return null;
  }
}
