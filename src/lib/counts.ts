// Sums of counts that come from outside: never a fraction, never more than a whole number can hold.

/** A whole number from 0 to 2^53 − 1, whatever `value` is; what is no number counts nothing. */
export function wholeCount(value: unknown): number {
  if (typeof value !== "number" || !(value > 0)) return 0;
  return Math.min(Number.MAX_SAFE_INTEGER, Math.floor(value));
}

/** Stays at 2^53 − 1 once it is there. */
export function addCounts(a: number, b: number): number {
  return Math.min(Number.MAX_SAFE_INTEGER, wholeCount(a) + wholeCount(b));
}

/** Far below the price of a token, and above what adding binary fractions leaves behind. */
const AMOUNT_STEPS = 1e12;

/** Of amounts of money, without the noise of binary fractions: null stays unknown, and so is what is no finite number. */
export function addAmounts(a: number | null, b: number | null): number | null {
  if (a === null || b === null) return null;
  const sum = Math.round((a + b) * AMOUNT_STEPS) / AMOUNT_STEPS;
  return Number.isFinite(sum) ? sum : null;
}
