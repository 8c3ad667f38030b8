// Texts for the simulated provider's instances: by format, by pattern as far as that goes, else words that say what they are.
import type { JsonObject } from "../json.ts";
import type { SeededRandom } from "./seeded_random.ts";

/** What a text is made of. */
export interface StringOptions {
  name: string;
  random: SeededRandom;
  words: string[];
}

/** No simulated text is longer, whatever its schema says. */
const LONGEST = 20_000;
/** A counted group inside a counted group: such a pattern may take for ever to test. */
const NESTED_COUNTS = /[+*}]\)?[^()]*\)[+*{]/;

/** A text that satisfies `schema` as far as its keywords are known here. */
export function sampleString(schema: JsonObject, { name, random, words }: StringOptions): string {
  if (typeof schema.pattern === "string") {
    const found = fromPattern(schema.pattern, random);
    if (found !== undefined) return found;
  }
  const formatted = typeof schema.format === "string" ? FORMATS[schema.format]?.(random) : undefined;
  if (formatted !== undefined) return formatted;
  const topic = words.length > 0 ? ` on ${words.slice(0, 4).join(" ")}` : "";
  return fitted(`simulated ${name}${topic}`, schema);
}

function fitted(text: string, { minLength, maxLength }: JsonObject): string {
  const least = typeof minLength === "number" ? Math.min(minLength, LONGEST) : 0;
  const long = text.length < least ? (text + " ").repeat(Math.ceil(least / (text.length + 1))) : text;
  const most = typeof maxLength === "number" ? maxLength : Infinity;
  return long.slice(0, Math.max(least, Math.min(most, long.length))).replace(/ $/, ".");
}

const FORMATS: Record<string, (random: SeededRandom) => string> = {
  "date-time": (random) => `2026-0${1 + random.integer(9)}-1${random.integer(10)}T12:00:00Z`,
  date: (random) => `2026-0${1 + random.integer(9)}-1${random.integer(10)}`,
  time: (random) => `1${random.integer(10)}:00:00Z`,
  duration: (random) => `PT${1 + random.integer(9)}H`,
  email: (random) => `simulated${random.integer(100)}@example.com`,
  "idn-email": (random) => `simulated${random.integer(100)}@example.com`,
  hostname: () => "simulated.example.com",
  "idn-hostname": () => "simulated.example.com",
  ipv4: (random) => `192.0.2.${1 + random.integer(254)}`,
  ipv6: () => "2001:db8::1",
  uri: (random) => `https://example.com/simulated/${random.integer(1000)}`,
  "uri-reference": (random) => `/simulated/${random.integer(1000)}`,
  iri: (random) => `https://example.com/simulated/${random.integer(1000)}`,
  uuid: (random) => `00000000-0000-4000-8000-${String(random.integer(1_000_000)).padStart(12, "0")}`,
  regex: () => "^simulated$",
  "json-pointer": () => "/simulated",
};

/** A text for the usual patterns: literals, classes, groups with alternatives, counts. undefined where it would not match. */
function fromPattern(pattern: string, random: SeededRandom): string | undefined {
  if (NESTED_COUNTS.test(pattern)) return undefined;
  try {
    const text = new PatternWriter(pattern, random).write();
    return new RegExp(pattern, "u").test(text) ? text : undefined;
  } catch {
    return undefined;
  }
}

class PatternWriter {
  readonly #pattern: string;
  readonly #random: SeededRandom;
  #at = 0;

  constructor(pattern: string, random: SeededRandom) {
    this.#pattern = pattern;
    this.#random = random;
  }

  write(): string {
    return this.#alternatives();
  }

  #alternatives(): string {
    const branches = [""];
    while (this.#at < this.#pattern.length && this.#pattern[this.#at] !== ")") {
      if (this.#pattern[this.#at] === "|") {
        this.#at++;
        branches.push("");
      } else branches[branches.length - 1] += this.#repeated();
    }
    return branches[this.#random.integer(branches.length)] ?? "";
  }

  /** One atom as often as its count asks for. */
  #repeated(): string {
    const start = this.#at;
    const first = this.#atom();
    const end = this.#at;
    const times = this.#count();
    const after = this.#at;
    let text = times === 0 ? "" : first;
    for (let time = 1; time < times; time++) {
      this.#at = start;
      text += this.#atom();
      this.#at = end;
    }
    this.#at = after;
    return text;
  }

  #atom(): string {
    const char = this.#pattern[this.#at++] ?? "";
    if (char === "^" || char === "$") return "";
    if (char === ".") return this.#pick(LETTERS);
    if (char === "\\") return this.#escape(this.#pattern[this.#at++] ?? "");
    if (char === "[") return this.#class();
    if (char !== "(") return char;
    if (this.#pattern.startsWith("?:", this.#at)) this.#at += 2;
    const text = this.#alternatives();
    this.#at++;
    return text;
  }

  #count(): number {
    const rest = this.#pattern.slice(this.#at);
    const counted = /^(?:\{(\d+)(?:(,)(\d+)?)?\}|[*+?])\??/.exec(rest);
    if (!counted) return 1;
    this.#at += counted[0].length;
    if (counted[1] === undefined) return counted[0].startsWith("+") ? 1 + this.#random.integer(6) : 1;
    const least = Number(counted[1]);
    if (least > LONGEST) throw new RangeError("a text longer than any that is simulated");
    const most = counted[3] === undefined ? (counted[2] ? least + 4 : least) : Number(counted[3]);
    return least + this.#random.integer(Math.min(most - least, 8) + 1);
  }

  #escape(char: string): string {
    if (char === "d") return this.#pick(DIGITS);
    if (char === "w") return this.#pick(LETTERS);
    if (char === "s") return " ";
    return char === "b" || char === "B" ? "" : char;
  }

  #class(): string {
    const end = this.#pattern.indexOf("]", this.#at + 1);
    const body = this.#pattern.slice(this.#at, end);
    this.#at = end + 1;
    const test = new RegExp(`[${body}]`, "u");
    return this.#pick(
      [...`${LETTERS}${DIGITS}ABCDEFGHIJKLMNOPQRSTUVWXYZ-_./ :#@+`].filter((char) => test.test(char)).join(""),
    );
  }

  #pick(chars: string): string {
    if (chars === "") throw new RangeError("an empty class");
    return chars[this.#random.integer(chars.length)] ?? "";
  }
}

const LETTERS = "abcdefghijklmnopqrstuvwxyz";
const DIGITS = "0123456789";
