// Counts things that arrive, so that a test can wait for the n-th instead of a time.

export class Arrivals {
  #count = 0;
  #waiting: { count: number; resolve: () => void }[] = [];

  get count(): number {
    return this.#count;
  }

  add(): void {
    this.#count++;
    for (const one of this.#waiting.filter(({ count }) => count <= this.#count)) one.resolve();
    this.#waiting = this.#waiting.filter(({ count }) => count > this.#count);
  }

  /** Settles when `count` of them are there. */
  reach(count: number): Promise<void> {
    if (count <= this.#count) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push({ count, resolve }));
  }
}
