// Knows when a realm has heard all answers that are there, and has said what it makes of them.

/** Global in both supported Deno versions; the types of the older one do not have it. */
declare function setImmediate(callback: () => void): void;

export interface RealmTurnsParts {
  /** Asks the worker for a sign of life, which comes behind everything that the realm says before. */
  ping: () => void;
  /** Counts the packets of answers that were sent. */
  sent: () => number;
  /** Answers stand ready that were not sent yet. */
  hasReplies: () => boolean;
}

export class RealmTurns {
  readonly #parts: RealmTurnsParts;
  #pings = 0;
  #signs = 0;
  #waiting: { ping: number; wake: () => void }[] = [];
  #quiet: Promise<void> | null = null;

  constructor(parts: RealmTurnsParts) {
    this.#parts = parts;
  }

  /** To be called in place of every ping of others: signs come in the order of the pings. */
  ping(): void {
    this.#pings++;
    this.#parts.ping();
  }

  /** A sign of life has come. */
  heard(): void {
    this.#signs++;
    while (this.#waiting[0] && this.#waiting[0].ping <= this.#signs) this.#waiting.shift()?.wake();
  }

  /** The sign that came last answers the last ping. */
  get isLatest(): boolean {
    return this.#signs === this.#pings;
  }

  /** Settles when no answer is on its way to the realm, nor about to be: what is recorded is answered at once. */
  quiet(): Promise<void> {
    return this.#quiet ??= this.#untilQuiet().finally(() => this.#quiet = null);
  }

  async #untilQuiet(): Promise<void> {
    const { sent, hasReplies } = this.#parts;
    await nextTurn();
    let before: number;
    do {
      before = sent();
      await this.#roundTrip();
      await nextTurn();
    } while (sent() !== before || hasReplies());
  }

  #roundTrip(): Promise<void> {
    this.ping();
    const ping = this.#pings;
    return new Promise((wake) => this.#waiting.push({ ping, wake }));
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
