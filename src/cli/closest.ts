// "Did you mean": the known names that are near to what was typed.

/** At most three, nearest first; empty when nothing is near. */
export function closest(typed: string, known: string[]): string[] {
  const wanted = typed.toLowerCase();
  return known
    .map((name) => ({ name, distance: nearness(wanted, name.toLowerCase()) }))
    .filter(({ name, distance }) => distance <= Math.max(1, Math.min(3, Math.floor(name.length * 0.4))))
    .sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1))
    .slice(0, 3)
    .map(({ name }) => name);
}

/** `; did you mean x or y?`, or nothing. */
export function didYouMean(typed: string, known: string[]): string {
  const names = closest(typed, known);
  return names.length ? `; did you mean ${names.join(" or ")}?` : "";
}

/** A name that begins with what was typed is as near as one typo. */
function nearness(typed: string, name: string): number {
  if (typed.length >= 2 && name.startsWith(typed)) return 1;
  return editDistance(typed.slice(0, 64), name);
}

/** Optimal string alignment: insert, delete, replace, swap of neighbours. */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) row.push(cell(a, b, { i, j, row, last, beforeLast }));
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? 0;
}

interface Cell {
  i: number;
  j: number;
  row: number[];
  last: number[];
  beforeLast: number[];
}

function cell(a: string, b: string, { i, j, row, last, beforeLast }: Cell): number {
  const replaced = (last[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
  const best = Math.min(replaced, (last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1);
  const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
  return isSwap ? Math.min(best, (beforeLast[j - 2] ?? 0) + 1) : best;
}
