// Answers that wait until the test lets them go.
import { Arrivals } from "./arrivals.ts";

/** Declared after the server: what is still held when a test ends goes out before the server closes, which waits for it. */
export class HeldAnswers implements Disposable {
  /** The calls that wait or have waited. */
  readonly asked = new Arrivals();
  readonly #gates = new Map<string, PromiseWithResolvers<void>>();
  #isOver = false;

  /** Settles when `key` is released. */
  async hold(key = ""): Promise<void> {
    this.asked.add();
    if (!this.#isOver) await this.#gate(key).promise;
  }

  release(key = ""): void {
    this.#gate(key).resolve();
  }

  [Symbol.dispose](): void {
    this.#isOver = true;
    for (const gate of this.#gates.values()) gate.resolve();
  }

  #gate(key: string): PromiseWithResolvers<void> {
    const gate = this.#gates.get(key) ?? Promise.withResolvers<void>();
    this.#gates.set(key, gate);
    return gate;
  }
}
