// Numbers kept for the keys of steps. What grows with every call of a run is kept outside of the collected heap, in a quarter of a Map's memory.

/** 128 bits of a key. */
const KEY_WORDS = 4;
const FIRST_ENTRIES = 64;
/** Of the entries; more make the search for a free one long. */
const FULL = 2 / 3;

/** A few numbers below 2^32 for each key. */
export class KeyTable {
  readonly #width: number;
  #words: Uint32Array<ArrayBuffer>;
  #used = 0;

  /** `values`: how many numbers each key has. */
  constructor(values: number) {
    this.#width = KEY_WORDS + values;
    this.#words = new Uint32Array(FIRST_ENTRIES * this.#width);
  }

  /**
   * The numbers of `ordinal` of `key`, zeros for one that is new; to be changed in place, and void after the next call. `key` is 32
   * hexadecimal digits of a cryptographic hash: of another key the table would make the same number for two different ones.
   */
  of(key: string, ordinal = 0): Uint32Array {
    const words = wordsOf(key, ordinal);
    const start = this.#find(words);
    if (this.#words[start] === 0) {
      if (this.#used >= this.#entries * FULL) {
        this.#grow();
        return this.of(key, ordinal);
      }
      this.#words.set(words, start);
      this.#used++;
    }
    return this.#words.subarray(start + KEY_WORDS, start + this.#width);
  }

  get #entries(): number {
    return this.#words.length / this.#width;
  }

  /** Where the entry of this key begins, or the free one that is its place. */
  #find(words: Uint32Array): number {
    const all = this.#words;
    const entries = this.#entries;
    for (let entry = words[0]! % entries;; entry = (entry + 1) % entries) {
      const start = entry * this.#width;
      if (all[start] === 0) return start;
      let same = 0;
      while (same < KEY_WORDS && all[start + same] === words[same]) same++;
      if (same === KEY_WORDS) return start;
    }
  }

  #grow(): void {
    const old = this.#words;
    this.#words = new Uint32Array(old.length * 2);
    for (let start = 0; start < old.length; start += this.#width) {
      if (old[start] !== 0) this.#words.set(old.subarray(start, start + this.#width), this.#find(old.subarray(start)));
    }
  }
}

/** The first is never 0, which marks a free entry. */
function wordsOf(key: string, ordinal: number): Uint32Array {
  const words = new Uint32Array(KEY_WORDS);
  for (let word = 0; word < KEY_WORDS; word++) {
    words[word] = parseInt(key.slice(word * 8, word * 8 + 8), 16) + ordinal;
  }
  words[0] ||= 1;
  return words;
}
