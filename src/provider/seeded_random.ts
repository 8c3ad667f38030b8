// A small deterministic generator of numbers, seeded by a text.

/** Draws numbers in an order that only its seed decides. */
export interface SeededRandom {
  /** From 0 up to, not including, `below`. */
  integer(below: number): number;
  /** In [0, 1). */
  fraction(): number;
}

/** FNV-1a over the text's code units: 32 bits. */
export function hash32(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}

/** Mulberry32 (Tommy Ettinger): the same numbers for the same text. */
export function seededRandom(seed: string): SeededRandom {
  let state = hash32(seed);
  const fraction = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return { fraction, integer: (below) => Math.floor(fraction() * below) };
}
