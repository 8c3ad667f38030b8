// Takes away what agents of dead processes left untouched: their own process could not.
import { isUntouched } from "./changes.ts";
import { entryChanges, listEntries } from "./listing.ts";
import { discard } from "./removal.ts";
import { refuseProgramSettings } from "./repository.ts";
import type { Yard } from "./yard.ts";

/** See `Worktrees.sweep`. One that was released belongs to nobody, and was looked at then. */
export async function sweepWorktrees(yard: Yard): Promise<string[]> {
  const left = (await listEntries(yard)).filter(({ record, isInUse }) => record.owner !== null && !isInUse);
  if (left.length === 0) return [];
  await refuseProgramSettings(yard.git, yard.settings);
  const removed: string[] = [];
  for (const entry of left) {
    const changes = await entryChanges(yard, entry).catch(() => null);
    const { base } = entry.record;
    // What had disposable folders in it is left for a person to see: nobody would be told that they went.
    if (changes === null || base === null || !isUntouched(changes, base) || changes.unseen.disposable.length > 0) {
      continue;
    }
    const discarded = yard.inTurn(() => discard(yard, { name: entry.name, tip: base, isForced: false }));
    if (await discarded.then(() => true, () => false)) removed.push(entry.branch);
  }
  return removed;
}
