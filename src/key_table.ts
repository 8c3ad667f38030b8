// Numbers kept for the keys of steps: what grows with every call of a run is kept outside of the collected heap, whose size is a multiple of it.

/** Hexadecimal digits that one number holds exactly; two of them, 104 bits, tell the steps of a run apart. */
const DIGITS = 13;
const KEY_NUMBERS = 2;
const FIRST_ENTRIES = 64;
/** Of the entries; more make the search for a free one long. */
const FULL = 2 / 3;

/** A few whole numbers below 2^53 for each key. */
export class KeyTable {
  readonly #width: number;
  #numbers: Float64Array<ArrayBuffer>;
  #used = 0;

  /** `values`: how many numbers each key has. */
  constructor(values: number) {
    this.#width = KEY_NUMBERS + values;
    this.#numbers = new Float64Array(FIRST_ENTRIES * this.#width);
  }

  /** All numbers; those of a key begin where `at` says. Void after the next call of `at`. */
  get numbers(): Float64Array {
    return this.#numbers;
  }

  /**
   * Where the numbers of `ordinal` of `key` begin; they are zeros for a new one. `key` begins with 26 hexadecimal digits of a
   * cryptographic hash: of another text two different ones could be the same to the table.
   */
  at(key: string, ordinal = 0): number {
    // A first number of 0 marks a free entry.
    const first = parseInt(key.slice(0, DIGITS), 16) || 1;
    const second = parseInt(key.slice(DIGITS, 2 * DIGITS), 16) + ordinal;
    let start = this.#find(first, second);
    if (this.#numbers[start] === 0) {
      if (this.#used >= this.#entries * FULL) {
        this.#grow();
        start = this.#find(first, second);
      }
      this.#numbers[start] = first;
      this.#numbers[start + 1] = second;
      this.#used++;
    }
    return start + KEY_NUMBERS;
  }

  get #entries(): number {
    return this.#numbers.length / this.#width;
  }

  /** Where the entry of this key begins, or the free one that is its place. */
  #find(first: number, second: number): number {
    const numbers = this.#numbers;
    const width = this.#width;
    // Ordinals of one key begin at entries of their own.
    let start = ((first + second) % this.#entries) * width;
    while (numbers[start] !== 0 && (numbers[start] !== first || numbers[start + 1] !== second)) {
      start += width;
      if (start === numbers.length) start = 0;
    }
    return start;
  }

  #grow(): void {
    const old = this.#numbers;
    this.#numbers = new Float64Array(old.length * 2);
    for (let start = 0; start < old.length; start += this.#width) {
      const entry = old.subarray(start, start + this.#width);
      if (entry[0] !== 0) this.#numbers.set(entry, this.#find(entry[0]!, entry[1]!));
    }
  }
}
