// Agents begin one by one: the request of each goes out before the next one is prepared.
import { setImmediate } from "node:timers";

/**
 * Gives one turn in each turn of the event loop. What is prepared together leaves together, when all of it is prepared; the provider then
 * stands idle, its answers come in one heap, and the next calls leave in one heap again.
 */
export class Turns {
  readonly #waiting = new Set<() => void>();
  #isTaken = false;

  /** First in, first out; null: it may begin now. */
  next(): Promise<void> | null {
    if (this.#isTaken) return new Promise((resolve) => this.#waiting.add(resolve));
    this.#take();
    return null;
  }

  #take(): void {
    this.#isTaken = true;
    setImmediate(() => this.#pass());
  }

  #pass(): void {
    this.#isTaken = false;
    for (const begin of this.#waiting) {
      this.#waiting.delete(begin);
      this.#take();
      return begin();
    }
  }
}
