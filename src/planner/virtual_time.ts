// The clock of a dry run: agents take the time that they would take, a permit each, and nobody waits for it.

/** Global in both supported Deno versions; the types of the older one do not have it. */
declare function setImmediate(callback: () => void): void;

/** One agent of a dry run, in the order of the calls. */
export interface Occupation {
  index: number;
  depth: number;
  /** Indexes of the calls whose answers were the last before this one. */
  after: number[];
}

interface Pending extends Occupation {
  realm: number;
  durationMs: number;
  endMs: number;
  done: () => void;
}

/** A discrete-event simulation: time moves to the next end when every realm has nothing left to do. */
export class VirtualTime {
  readonly #permits: number;
  #nowMs = 0;
  #calls = 0;
  /** Realms that have been answered and have not yet told what they do with it. */
  readonly #busy = new Set<number>();
  /** Host calls that are being worked on in real time. */
  #arriving = 0;
  #depth = 0;
  #last: number[] = [];
  #waiting: Pending[] = [];
  readonly #running = new Set<Pending>();

  constructor(permits: number) {
    this.#permits = Math.max(1, permits);
  }

  get nowMs(): number {
    return this.#nowMs;
  }

  /** To be called synchronously with the script's call. */
  enter(): Occupation {
    return { index: this.#calls++, depth: this.#depth + 1, after: this.#last };
  }

  /** Settles when the agent would have answered; `cancelled` gives its permit back, and then nothing settles. */
  async occupy(occupation: Occupation, work: { realm: number; durationMs: number; cancelled?: AbortSignal }) {
    const { promise, resolve } = Promise.withResolvers<void>();
    const pending: Pending = { ...occupation, ...work, endMs: 0, done: resolve };
    this.#waiting.push(pending);
    work.cancelled?.addEventListener("abort", () => this.#drop(pending), { once: true });
    if (work.cancelled?.aborted) this.#drop(pending);
    this.#advanceSoon();
    await promise;
  }

  /** Time stands still while `work` goes on. */
  async hold<Value>(realm: number, work: () => Promise<Value>): Promise<Value> {
    this.#arriving++;
    try {
      return await work();
    } finally {
      this.#arriving--;
      this.#busy.add(realm);
    }
  }

  /** Time stands still while `work` prepares an agent, whose answer comes later. */
  async prepare<Value>(work: () => Promise<Value>): Promise<Value> {
    this.#arriving++;
    try {
      return await work();
    } finally {
      this.#arriving--;
      this.#advanceSoon();
    }
  }

  /** Inside of `hold`: time may move while `work` goes on. */
  async release<Value>(work: () => Promise<Value>): Promise<Value> {
    this.#arriving--;
    try {
      return await work();
    } finally {
      this.#arriving++;
    }
  }

  started(realm: number): void {
    this.#busy.add(realm);
  }

  settled(realm: number): void {
    if (this.#busy.delete(realm)) this.#advanceSoon();
  }

  #advanceSoon(): void {
    // The other calls of the same batch come in this very tick.
    setImmediate(() => this.#advance());
  }

  #advance(): void {
    if (this.#arriving > 0 || this.#busy.size > 0) return;
    while (this.#running.size < this.#permits) {
      const next = this.#waiting.shift();
      if (!next) break;
      next.endMs = this.#nowMs + next.durationMs;
      this.#running.add(next);
    }
    if (this.#running.size === 0) return;
    const running = [...this.#running];
    this.#nowMs = running.reduce((first, { endMs }) => Math.min(first, endMs), Infinity);
    const ended = running.filter(({ endMs }) => endMs === this.#nowMs);
    this.#last = ended.map(({ index }) => index);
    this.#depth = ended.reduce((deepest, { depth }) => Math.max(deepest, depth), 0);
    for (const pending of ended) {
      this.#running.delete(pending);
      this.#busy.add(pending.realm);
      pending.done();
    }
  }

  #drop(pending: Pending): void {
    this.#running.delete(pending);
    this.#waiting = this.#waiting.filter((each) => each !== pending);
    this.#advanceSoon();
  }
}
