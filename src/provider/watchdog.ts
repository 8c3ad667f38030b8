// Gives up calls that are silent for too long. One timer serves all calls of a connection: a timer for each would cost more than the watch.

/** A call that is watched. */
export interface Watched {
  /** On the watchdog's clock; Infinity: never. */
  dueMs: number;
  giveUp(): void;
}

const TICK_MS = 50;

export class Watchdog {
  readonly #calls = new Set<Watched>();
  #timer: ReturnType<typeof setInterval> | undefined;
  #elapsedMs = 0;

  /** A due time that many milliseconds ahead, or a tick more. The clock goes while calls are watched, and stands while the machine sleeps. */
  after(ms: number): number {
    return this.#elapsedMs + ms + TICK_MS;
  }

  add(call: Watched): void {
    this.#calls.add(call);
    this.#timer ??= setInterval(() => this.#look(), TICK_MS);
  }

  delete(call: Watched): void {
    if (!this.#calls.delete(call) || this.#calls.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #look(): void {
    this.#elapsedMs += TICK_MS;
    for (const call of this.#calls) {
      if (call.dueMs > this.#elapsedMs) continue;
      this.delete(call);
      call.giveUp();
    }
  }
}
