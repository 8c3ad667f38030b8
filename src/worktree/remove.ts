// `odw worktrees remove`: refuses what would be lost, unless it is forced.
import { OdwError } from "../errors.ts";
import { namedList } from "../lib/named_list.ts";
import { isHeldElsewhere, isInOtherBranch } from "./changes.ts";
import { countFiles, type Entry, entryChanges, findEntry } from "./listing.ts";
import { discard } from "./removal.ts";
import type { Yard } from "./yard.ts";

/** See `Worktrees.remove`. Changes that are committed and in another branch, as after a merge, are not lost. */
export async function removeWorktree(yard: Yard, ref: string, { force }: { force: boolean }): Promise<void> {
  const entry = await findEntry(yard, ref);
  refuseInUse(entry, "removed");
  if (!force) await refuseLoss(yard, entry);
  await yard.inTurn(async () => {
    const tip = await yard.git.line(yard.settings.cwd, [
      ...["rev-parse", "--verify", "--quiet", `refs/heads/${entry.branch}`],
    ]);
    // What was looked at is what goes: git looks for changes once more, where it can.
    const isForced = force || !entry.isRegistered || !entry.isThere;
    await discard(yard, { name: entry.name, tip, isForced });
  });
}

/** Throws OdwError `conflict` when an agent works there. */
export function refuseInUse(entry: Entry, done: string): void {
  if (!entry.isInUse) return;
  throw new OdwError(
    "conflict",
    `${entry.branch} cannot be ${done} while an agent works in it: wait for step ${entry.record.step ?? "?"} of run ` +
      `${entry.record.runId ?? "?"}, or cancel it with \`odw cancel ${entry.record.runId ?? "<run>"}\``,
  );
}

async function refuseLoss(yard: Yard, entry: Entry): Promise<void> {
  const what = await wouldBeLost(yard, entry);
  if (what === null) return;
  throw new OdwError(
    "conflict",
    `${entry.branch} was not removed: ${what}; see them with \`odw worktrees diff ${entry.branch}\`, merge them with ` +
      `\`odw worktrees merge ${entry.branch}\`, or remove them with --force`,
  );
}

/** A phrase; null: nothing. */
async function wouldBeLost(yard: Yard, entry: Entry): Promise<string | null> {
  const { git, settings } = yard;
  if (entry.isThere && !entry.isRegistered) {
    const files = await countFiles(entry.root);
    return files === 0 ? null : `git no longer knows ${entry.root}, which holds ${countOf(files, "file")}`;
  }
  const changes = await entryChanges(yard, entry);
  const isSafe = entry.isThere
    ? await isHeldElsewhere(git, entry, changes)
    : changes.tip === null || await isInOtherBranch(git, settings.cwd, { commit: changes.tip, branch: entry.branch });
  if (isSafe) return null;
  const { work } = changes.unseen;
  const isMerged = changes.uncommitted.length === 0 && work.length > 0 &&
    await isHeldElsewhere(git, entry, { ...changes, unseen: { work: [], disposable: [] } });
  if (isMerged) return `it holds what git does not take along (${namedList(work)})`;
  return `it has changes in ${countOf(changes.files.size, "file")} that no other branch holds`;
}

function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
