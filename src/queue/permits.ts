// How many calls a provider gets at once: halved when it says that they are too many, slowly raised again while it answers.
import type { Clock } from "./clock.ts";

/** A rate window that opens later than this is tried earlier: what the header means differs between providers. */
const LONGEST_HOLD_MS = 60_000;

export class Permits {
  readonly #most: number;
  readonly #clock: Clock;
  #count: number;
  /** Answers since the last change. */
  #answers = 0;
  #heldUntil = 0;

  /** `most`: the configured number. */
  constructor(most: number, clock: Clock) {
    this.#most = most;
    this.#count = most;
    this.#clock = clock;
  }

  get count(): number {
    return this.#count;
  }

  get isHeld(): boolean {
    return this.#heldUntil > 0 && this.heldMs > 0;
  }

  /** Milliseconds until calls may go out again. */
  get heldMs(): number {
    return Math.max(0, this.#heldUntil - this.#clock.now());
  }

  /** The provider refused a call that went out under the present number. */
  halve(): void {
    this.#count = Math.max(1, Math.floor(this.#count / 2));
    this.#answers = 0;
  }

  /** A call was answered: after as many as there are permits, one more. True when the number changed. */
  answered(): boolean {
    if (this.#count === this.#most || ++this.#answers < this.#count) return false;
    this.#answers = 0;
    this.#count++;
    return true;
  }

  /** Nothing is left of a rate window until `until`, in milliseconds since the epoch. */
  hold(until: number): void {
    this.#heldUntil = Math.max(this.#heldUntil, Math.min(until, this.#clock.now() + LONGEST_HOLD_MS));
  }
}
