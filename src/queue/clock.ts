// Time as lanes see it: given by tests, real otherwise.

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls `run` once after `ms`. What waits only for this does not keep the process alive. */
  after(ms: number, run: () => void): void;
}

export const REAL_CLOCK: Clock = {
  now: Date.now,
  after(ms, run) {
    Deno.unrefTimer(setTimeout(run, ms));
  },
};
