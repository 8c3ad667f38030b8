// A queue that gives its smallest member first (a binary heap).

export class SmallestFirst<Member> {
  readonly #heap: Member[] = [];
  readonly #sizeOf: (member: Member) => number;

  constructor(sizeOf: (member: Member) => number) {
    this.#sizeOf = sizeOf;
  }

  /** The smallest; undefined: there is none. */
  get first(): Member | undefined {
    return this.#heap[0];
  }

  add(member: Member): void {
    let at = this.#heap.push(member) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#isLess(at, parent)) return;
      this.#swap(at, parent);
      at = parent;
    }
  }

  /** Takes the smallest out. */
  take(): Member | undefined {
    const [first] = this.#heap;
    const last = this.#heap.pop();
    if (last === undefined || this.#heap.length === 0) return first;
    this.#heap[0] = last;
    for (let at = 0;;) {
      const [left, right] = [2 * at + 1, 2 * at + 2];
      if (left >= this.#heap.length) return first;
      const least = right < this.#heap.length && this.#isLess(right, left) ? right : left;
      if (!this.#isLess(least, at)) return first;
      this.#swap(at, least);
      at = least;
    }
  }

  #isLess(a: number, b: number): boolean {
    return this.#sizeOf(this.#heap[a]!) < this.#sizeOf(this.#heap[b]!);
  }

  #swap(a: number, b: number): void {
    [this.#heap[a], this.#heap[b]] = [this.#heap[b]!, this.#heap[a]!];
  }
}
