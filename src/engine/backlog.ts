// The calls of a run that the queue does not need to know yet: thousands may wait, and here each costs a few words.

interface Waiting {
  enter: () => void;
  refuse: (reason: unknown) => void;
}

/** Lets a bounded number of calls in, first in, first out. */
export class Backlog {
  readonly #waiting = new Map<string, Waiting>();
  #free: number;

  /** `size`: calls that are in at once. Must be well above the run's concurrency, so that the queue always has a next one. */
  constructor(size: number) {
    this.#free = size;
  }

  /** null: in at once. Whoever is in leaves. Rejects with what `drop` is given. */
  enter(step: string): Promise<void> | null {
    if (this.#free > 0) {
      this.#free--;
      return null;
    }
    return new Promise((enter, refuse) => this.#waiting.set(step, { enter, refuse }));
  }

  leave(): void {
    const next = this.#waiting.entries().next().value;
    if (!next) {
      this.#free++;
      return;
    }
    this.#waiting.delete(next[0]);
    next[1].enter();
  }

  /** Refuses a call that waits. False: it does not wait here. */
  drop(step: string, reason: unknown): boolean {
    const waiting = this.#waiting.get(step);
    this.#waiting.delete(step);
    waiting?.refuse(reason);
    return waiting !== undefined;
  }
}
