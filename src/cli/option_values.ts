// The values of options: text in, a number or a list out, or one clear message.
import { OdwError } from "../errors.ts";

/** A whole number of at least 1; `k` and `M` multiply. */
export function wholeNumber(option: string): (text: string) => number {
  return (text) => {
    const match = /^(\d+(?:\.\d+)?)([kKmM]?)$/.exec(text.trim().replaceAll("_", ""));
    const value = match ? Number(match[1]) * scale(match[2]) : NaN;
    if (Number.isSafeInteger(value) && value >= 1) return value;
    throw invalid(option, text, "a whole number of at least 1, as 16, 500k or 2M");
  };
}

/** US dollars, more than 0. */
export function dollars(option: string): (text: string) => number {
  return (text) => {
    const value = /^\$?\d*\.?\d+$/.test(text.trim()) ? Number(text.trim().replace("$", "")) : NaN;
    if (value > 0) return value;
    throw invalid(option, text, "an amount in US dollars above 0, as 2.50");
  };
}

/** Milliseconds from `90`, `90s`, `10m`, `1.5h`, `500ms`. A number alone is seconds. */
export function milliseconds(option: string): (text: string) => number {
  return (text) => {
    const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text.trim());
    const value = match ? Math.round(Number(match[1]) * unitMs(match[2])) : NaN;
    if (value >= 1) return value;
    throw invalid(option, text, "a time above 0, as 90s, 10m or 2h");
  };
}

/** Milliseconds from `12h`, `30d`, `2w`. The unit must be said: a bare number would be taken for another one. */
export function age(option: string): (text: string) => number {
  return (text) => {
    const match = /^(\d+(?:\.\d+)?)([hdw])$/.exec(text.trim());
    const value = match ? Math.round(Number(match[1]) * unitMs(match[2])) : NaN;
    if (value >= 1) return value;
    throw invalid(option, text, "an age with its unit, as 12h, 30d or 2w");
  };
}

/** One of the given words. */
export function oneOf(option: string, words: readonly string[]): (text: string) => string {
  return (text) => {
    if (words.includes(text)) return text;
    throw invalid(option, text, `one of ${words.join(", ")}`);
  };
}

/** Gathers the values of an option that may be repeated. */
export function collected(text: string, before: unknown): string[] {
  return [...(Array.isArray(before) ? before as string[] : []), text];
}

function invalid(option: string, text: string, wanted: string): OdwError {
  return new OdwError("usage", `${option} must be ${wanted}; got ${JSON.stringify(text)}`);
}

function scale(letter: string | undefined): number {
  if (!letter) return 1;
  return letter.toLowerCase() === "k" ? 1_000 : 1_000_000;
}

function unitMs(unit: string | undefined): number {
  return { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 }[unit ?? "s"] ?? NaN;
}
