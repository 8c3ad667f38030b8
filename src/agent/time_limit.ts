// The time limit of one call, as a signal beside the caller's.
import { OdwError } from "../errors.ts";

export interface TimeLimit extends Disposable {
  /** Aborts with the caller's reason, or with OdwError `timeout`. */
  signal: AbortSignal;
  /** On the clock of `now`; Infinity without a limit. */
  deadlineMs: number;
}

interface Clock {
  sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  now: () => number;
}

/** Without `timeoutMs` (or with 0) there is no timer, and the signal is the caller's own. Disposing stops the timer. */
export function startTimeLimit(timeoutMs: number | undefined, signal: AbortSignal, clock: Clock): TimeLimit {
  if (!timeoutMs || timeoutMs < 0) return { signal, deadlineMs: Infinity, [Symbol.dispose]: () => {} };
  const limit = new AbortController();
  const disposed = new AbortController();
  const timeUp = () =>
    limit.abort(new OdwError("timeout", `The agent did not end within timeoutMs = ${timeoutMs} ms; raise timeoutMs`));
  clock.sleep(timeoutMs, disposed.signal).then(timeUp, () => {});
  return {
    signal: AbortSignal.any([signal, limit.signal]),
    deadlineMs: clock.now() + timeoutMs,
    [Symbol.dispose]: () => disposed.abort(),
  };
}
