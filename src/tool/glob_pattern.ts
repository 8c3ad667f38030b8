// Glob patterns in linear time: a pattern comes from a model or a cloned .gitignore, and must not be able to hang the engine.
import { ToolError } from "./tool_error.ts";

export interface GlobPattern {
  /** `path` has forward slashes and no leading one. */
  matches(path: string): boolean;
}

export interface GlobOptions {
  /** `{a,b}` stands for both. .gitignore files have no braces. Default true. */
  braces?: boolean;
}

type Token = { kind: "star" } | { kind: "any" } | { kind: "char"; char: string } | { kind: "class"; test: CharTest };
type CharTest = (char: string) => boolean;
type NameTest = (name: string) => boolean;
/** null: `**`, any number of names. */
type Segment = NameTest | null;

const MOST_ALTERNATIVES = 256;

/** Knows `*`, `?`, `[a-z]`, `[!a]`, `{a,b}`, `\` and `**`. A final `**` stands for one name or more. Throws ToolError `usage`. */
export function globPattern(glob: string, { braces = true }: GlobOptions = {}): GlobPattern {
  const alternatives = (braces ? expandBraces(glob) : [glob]).map(segmentsOf);
  return {
    matches(path) {
      const names = path.split("/");
      return alternatives.some((segments) => matchesPath(segments, names));
    },
  };
}

/** Of one name, without slashes. */
export function namePattern(glob: string): NameTest {
  if (!/[*?[\\]/.test(glob)) return (name) => name === glob;
  const suffix = /^\*([^*?[\\]+)$/.exec(glob)?.[1];
  if (suffix !== undefined) return (name) => name.endsWith(suffix);
  const tokens = tokensOf(glob);
  return (name) => matchesName(tokens, name);
}

function segmentsOf(glob: string): Segment[] {
  const parts = glob.replace(/^(?:\.?\/)+/, "").split("/").filter((part) => part !== "" && part !== ".");
  const segments = parts.map((part) => part === "**" ? null : namePattern(part));
  if (segments.at(-1) === null) segments.push(() => true);
  return segments;
}

/** Greedy with one way back, to the last `**`: enough, since everything else stands for exactly one name. */
function matchesPath(segments: Segment[], names: string[]): boolean {
  let at = 0;
  let segmentAt = 0;
  let retrySegment = -1;
  let retryAt = 0;
  while (at < names.length) {
    const segment = segments[segmentAt];
    if (segment === null) {
      retrySegment = ++segmentAt;
      retryAt = at;
    } else if (segment?.(names[at]!)) {
      segmentAt++;
      at++;
    } else if (retrySegment >= 0) {
      segmentAt = retrySegment;
      at = ++retryAt;
    } else return false;
  }
  while (segments[segmentAt] === null) segmentAt++;
  return segmentAt === segments.length;
}

/** The same way, for the characters of a name. */
function matchesName(tokens: Token[], name: string): boolean {
  let at = 0;
  let tokenAt = 0;
  let retryToken = -1;
  let retryAt = 0;
  while (at < name.length) {
    const token = tokens[tokenAt];
    if (token?.kind === "star") {
      retryToken = ++tokenAt;
      retryAt = at;
    } else if (token && matchesChar(token, name[at]!)) {
      tokenAt++;
      at++;
    } else if (retryToken >= 0) {
      tokenAt = retryToken;
      at = ++retryAt;
    } else return false;
  }
  while (tokens[tokenAt]?.kind === "star") tokenAt++;
  return tokenAt === tokens.length;
}

function matchesChar(token: Token, char: string): boolean {
  if (token.kind === "char") return token.char === char;
  return token.kind === "class" ? token.test(char) : true;
}

function tokensOf(glob: string): Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < glob.length; at++) {
    const char = glob[at]!;
    const set = char === "[" ? charClass(glob, at) : null;
    if (char === "*") tokens.push({ kind: "star" });
    else if (char === "?") tokens.push({ kind: "any" });
    else if (set) {
      tokens.push({ kind: "class", test: set.test });
      at = set.end;
    } else if (char === "\\" && at + 1 < glob.length) tokens.push({ kind: "char", char: glob[++at]! });
    else tokens.push({ kind: "char", char });
  }
  return tokens;
}

/** The set that begins at `start`; null when no bracket closes it, and it is a plain bracket. */
function charClass(glob: string, start: number): { test: CharTest; end: number } | null {
  const isNegated = glob[start + 1] === "!" || glob[start + 1] === "^";
  const first = start + (isNegated ? 2 : 1);
  const end = glob.indexOf("]", first + 1);
  if (end < 0) return null;
  const ranges: [string, string][] = [];
  for (let at = first; at < end; at++) {
    const isRange = glob[at + 1] === "-" && at + 2 < end;
    ranges.push([glob[at]!, glob[isRange ? at + 2 : at]!]);
    if (isRange) at += 2;
  }
  return { test: (char) => ranges.some(([low, high]) => char >= low && char <= high) !== isNegated, end };
}

function expandBraces(glob: string): string[] {
  const done: string[] = [];
  const open = [glob];
  while (open.length > 0) {
    const next = open.pop()!;
    const group = firstGroup(next);
    if (!group) done.push(next);
    else open.push(...group);
    if (done.length + open.length > MOST_ALTERNATIVES) {
      throw new ToolError(
        "usage",
        `The braces of the glob ${glob} stand for more than ${MOST_ALTERNATIVES} patterns: use fewer`,
      );
    }
  }
  return done;
}

/** The pattern once per member of its first `{a,b}`; null when it has none. */
function firstGroup(glob: string): string[] | null {
  const start = glob.indexOf("{");
  if (start < 0) return null;
  const commas: number[] = [];
  let depth = 0;
  for (let at = start; at < glob.length; at++) {
    if (glob[at] === "{") depth++;
    else if (glob[at] === "," && depth === 1) commas.push(at);
    else if (glob[at] === "}" && --depth === 0) {
      const ends = [start, ...commas, at];
      const members = ends.slice(1).map((end, index) => glob.slice(ends[index]! + 1, end));
      return members.map((member) => glob.slice(0, start) + member + glob.slice(at + 1));
    }
  }
  return null;
}
