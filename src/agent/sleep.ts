// A wait that ends at once when its signal aborts.

/** The longest delay that a timer holds; a longer one would fire at once. */
const LONGEST_MS = 2 ** 31 - 1;

/** Settles after `ms` (at most 24.8 days); rejects with the signal's reason. */
export function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const abort = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", abort);
      resolve();
    }, Math.min(ms, LONGEST_MS));
    signal.addEventListener("abort", abort, { once: true });
  });
}
