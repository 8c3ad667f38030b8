// Random numbers that can be drawn again: each test that is led by chance prints its seed.

export interface SeededRandom {
  /** From 0, below 1. */
  next(): number;
  /** A whole number from `low` to `high`, both included. */
  between(low: number, high: number): number;
  /** Numbers of its own for one of several that draw at the same time. */
  fork(name: string): SeededRandom;
}

/** Prints the seed under `name`. `ODW_TEST_SEED` draws the numbers of an earlier test again. */
export function seededRandom(name: string): SeededRandom {
  const seed = Number(Deno.env.get("ODW_TEST_SEED") ?? Date.now() % 1_000_000_000);
  console.log(`${name}: ODW_TEST_SEED=${seed}`);
  return fromSeed(seed);
}

function fromSeed(seed: number): SeededRandom {
  let state = seed >>> 0;

  /** Mulberry32. */
  function next(): number {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  return {
    next,
    between: (low, high) => low + Math.floor(next() * (high - low + 1)),
    fork: (name) => fromSeed([...name].reduce((mixed, char) => Math.imul(mixed, 31) + char.charCodeAt(0), seed)),
  };
}
