// Numbers kept for the keys of steps: what grows with every call of a run is kept outside of the collected heap, whose size is a multiple of it.

/** 96 bits of a key tell the steps of a run apart. */
const KEY_WORDS = 3;
const WORD_DIGITS = 8;
const FIRST_ENTRIES = 64;
/** Of the entries; more make the search for a free one long. */
const FULL = 2 / 3;

/** A few whole numbers below 2^32 for each key. */
export class KeyTable {
  readonly #width: number;
  #numbers: Uint32Array<ArrayBuffer>;
  #used = 0;

  /** `values`: how many numbers each key has. */
  constructor(values: number) {
    this.#width = KEY_WORDS + values;
    this.#numbers = new Uint32Array(FIRST_ENTRIES * this.#width);
  }

  /** All numbers; those of a key begin where `at` says. Void after the next call of `at`. */
  get numbers(): Uint32Array {
    return this.#numbers;
  }

  /**
   * Where the numbers of `ordinal`, below 2^32, of `key` begin; they are zeros for a new one. `key` begins with 24 hexadecimal digits of
   * a cryptographic hash: of another text two different ones could be the same to the table.
   */
  at(key: string, ordinal = 0): number {
    // A first word of 0 marks a free entry.
    const first = word(key, 0) || 1;
    const second = word(key, 1);
    const third = (word(key, 2) + ordinal) % 2 ** 32;
    let start = this.#find(first, second, third);
    if (this.#numbers[start] === 0) {
      if (this.#used >= this.#entries * FULL) {
        this.#grow();
        start = this.#find(first, second, third);
      }
      this.#numbers[start] = first;
      this.#numbers[start + 1] = second;
      this.#numbers[start + 2] = third;
      this.#used++;
    }
    return start + KEY_WORDS;
  }

  get #entries(): number {
    return this.#numbers.length / this.#width;
  }

  /** Where the entry of this key begins, or the free one that is its place. */
  #find(first: number, second: number, third: number): number {
    const numbers = this.#numbers;
    const width = this.#width;
    // Ordinals of one key begin at entries of their own.
    let start = ((first + third) % this.#entries) * width;
    while (
      numbers[start] !== 0 &&
      (numbers[start] !== first || numbers[start + 1] !== second || numbers[start + 2] !== third)
    ) {
      start += width;
      if (start === numbers.length) start = 0;
    }
    return start;
  }

  #grow(): void {
    const old = this.#numbers;
    this.#numbers = new Uint32Array(old.length * 2);
    for (let start = 0; start < old.length; start += this.#width) {
      const entry = old.subarray(start, start + this.#width);
      if (entry[0] !== 0) this.#numbers.set(entry, this.#find(entry[0]!, entry[1]!, entry[2]!));
    }
  }
}

function word(key: string, place: number): number {
  return parseInt(key.slice(place * WORD_DIGITS, (place + 1) * WORD_DIGITS), 16);
}
