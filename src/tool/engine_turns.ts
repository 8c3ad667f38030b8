// Long work in slices: the engine serves other agents in between.
import { setImmediate } from "node:timers";

const SLICE_MS = 10;

export class EngineTurns {
  readonly #signal: AbortSignal;
  #start = performance.now();

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  /** The slice is used up: time to `pass`. */
  get isOver(): boolean {
    return performance.now() - this.#start >= SLICE_MS;
  }

  /** Lets the others have their turn. Throws the signal's reason when the work is no more wanted. */
  async pass(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    this.#signal.throwIfAborted();
    this.#start = performance.now();
  }
}
