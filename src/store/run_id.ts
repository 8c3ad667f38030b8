// Run ids: 15 characters that sort by time, are easy to type, and stay unique across machines.

/** Crockford's base 32 in lower case: no i, l, o, u, so that an id can be read aloud and typed. In code-unit order. */
const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";
const TIME_CHARACTERS = 9;
const RANDOM_CHARACTERS = 6;
const RANDOM_LIMIT = 32 ** RANDOM_CHARACTERS;

/** The parts of an id; kept to make the next one greater. */
export interface RunIdParts {
  /** Milliseconds since the epoch, below 2^45. */
  timeMs: number;
  /** Below 2^30. */
  random: number;
}

/**
 * The parts of the id that follows `previous`: of a later millisecond, else counted on in the same one, so that ids of
 * one process never go backwards, even when the clock does.
 */
export function nextRunId(previous: RunIdParts | null, nowMs: number): RunIdParts {
  if (!previous || nowMs > previous.timeMs) return { timeMs: nowMs, random: randomPart() };
  const next = previous.random + 1;
  if (next < RANDOM_LIMIT) return { timeMs: previous.timeMs, random: next };
  return { timeMs: previous.timeMs + 1, random: randomPart() };
}

/** The text of an id: 45 bits of time, then 30 random bits. */
export function formatRunId(parts: RunIdParts): string {
  return base32(parts.timeMs, TIME_CHARACTERS) + base32(parts.random, RANDOM_CHARACTERS);
}

function randomPart(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0]! % RANDOM_LIMIT;
}

function base32(value: number, length: number): string {
  let text = "";
  for (let rest = value; text.length < length; rest = Math.floor(rest / 32)) text = ALPHABET[rest % 32]! + text;
  return text;
}
