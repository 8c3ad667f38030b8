// Sums of what comes from outside: whole, bounded, and without noise.
import assert from "node:assert/strict";
import { addAmounts, addCounts, wholeCount } from "../../src/lib/counts.ts";

Deno.test("what is no count counts nothing, and sums stay at the largest whole number", () => {
  for (const value of [NaN, -1, "12", null, undefined, {}]) assert.equal(wholeCount(value), 0);
  assert.equal(wholeCount(7.9), 7);
  for (const value of [Infinity, 1e308, 2 ** 60]) assert.equal(wholeCount(value), Number.MAX_SAFE_INTEGER);
  assert.equal(addCounts(2 ** 53 - 2, 5), Number.MAX_SAFE_INTEGER);
  assert.equal(addCounts(2, 3), 5);
});

Deno.test("amounts add without the noise of binary fractions, and the unknown stays unknown", () => {
  assert.equal(Array.from({ length: 340 }).reduce<number | null>((sum) => addAmounts(sum, 0.001), 0), 0.34);
  assert.equal(addAmounts(0.1, 0.2), 0.3);
  assert.equal(addAmounts(1e-7, 2e-7), 3e-7);
  assert.equal(addAmounts(null, 1), null);
  assert.equal(addAmounts(1e308, 1e308), null);
});
