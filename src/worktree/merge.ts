// `odw worktrees merge`: tried in a folder of its own first, so that a conflict never reaches the user's files.
import { join } from "node:path";
import { OdwError } from "../errors.ts";
import { namedList } from "../lib/named_list.ts";
import { FALLBACK_IDENTITY, isBranchName } from "../worktree_git.ts";
import type { MergedWorktree } from "../worktree.ts";
import { type Changes, readChanges } from "./changes.ts";
import { gitWords } from "./git.ts";
import { type Entry, findEntry, readOptions, registeredPaths } from "./listing.ts";
import { isThere } from "./removal.ts";
import { refuseInUse } from "./remove.ts";
import type { Yard } from "./yard.ts";

/** What is merged where. */
interface Plan {
  entry: Entry;
  /** Name of the branch. */
  into: string;
  /** Its commit now. */
  from: string;
  /** The user stands on it, so that their files follow. */
  isCheckedOut: boolean;
}

/** See `Worktrees.merge`. The worktree and its branch stay until they are removed. */
export async function mergeWorktree(
  yard: Yard,
  ref: string,
  options: { into?: string },
): Promise<MergedWorktree> {
  const entry = await findEntry(yard, ref);
  refuseInUse(entry, "merged");
  return await yard.inTurn(async () => {
    const plan = await planMerge(yard, entry, options);
    const identity = await identityArgs(yard);
    const { tip, unmerged } = await committedTip(yard, entry, identity);
    const commit = await tryMerge(yard, { ...plan, tip, identity });
    await advance(yard, plan, commit);
    return { branch: entry.branch, into: plan.into, commit, unmerged, root: entry.root };
  });
}

/** All refusals that are known before anything is written. */
async function planMerge(yard: Yard, entry: Entry, options: { into?: string }): Promise<Plan> {
  const { git, settings } = yard;
  const current = await git.line(settings.cwd, ["symbolic-ref", "--quiet", "HEAD"]);
  const into = options.into ?? current?.replace(/^refs\/heads\//, "");
  if (into === undefined) {
    throw new OdwError("usage", `No branch is checked out in ${settings.cwd}: name the one to merge into with --into`);
  }
  if (!isBranchName(into)) throw new OdwError("usage", `"${into}" cannot be merged into: give the name of a branch`);
  if (into === entry.branch) {
    throw new OdwError("usage", `${into} cannot be merged into itself: name another branch with --into`);
  }
  const from = await git.line(settings.cwd, ["rev-parse", "--verify", "--quiet", `refs/heads/${into}`]);
  if (from === null) {
    throw new OdwError("not_found", `There is no branch ${into} with a commit: make it with \`git branch ${into}\``);
  }
  const isCheckedOut = current === `refs/heads/${into}`;
  const place = isCheckedOut ? null : await checkedOutAt(yard, into);
  if (place === null) return { entry, into, from, isCheckedOut };
  throw new OdwError(
    "conflict",
    `${into} is checked out in ${place}: call \`odw worktrees merge\` there, or \`git merge ${entry.branch}\``,
  );
}

/** The user's own name where git knows one. */
async function identityArgs({ git, settings }: Yard): Promise<readonly string[]> {
  const [name, email] = await Promise.all([
    git.line(settings.cwd, ["config", "--get", "user.name"]),
    git.line(settings.cwd, ["config", "--get", "user.email"]),
  ]);
  return name && email ? [] : FALLBACK_IDENTITY;
}

/** Commits what is uncommitted. Returns the commit that holds all of the agent's work that git can take along. */
async function committedTip(
  yard: Yard,
  entry: Entry,
  identity: readonly string[],
): Promise<{ tip: string; unmerged: string[] }> {
  const { git, settings } = yard;
  const { root, branch, record } = entry;
  if (!entry.isThere) {
    const tip = await git.line(settings.cwd, ["rev-parse", "--verify", "--quiet", `refs/heads/${branch}`]);
    if (tip !== null && tip !== record.base) return { tip, unmerged: [] };
    throw new OdwError(
      "conflict",
      `Nothing is left of ${branch} to merge: its folder ${root} is gone and its branch has no commit of its own; remove it with ` +
        `\`odw worktrees remove ${branch}\``,
    );
  }
  const changes = await readChanges(git, readOptions(yard, entry));
  refuseUnready(entry, changes);
  refuseNothing(entry, changes);
  const unmerged = [...changes.unseen.work, ...changes.unseen.disposable];
  if (changes.uncommitted.length === 0) return { tip: changes.head!, unmerged };
  await git.text(root, ["add", "--all"], "stage the changes");
  const message = `odw: changes of step ${plain(record.step ?? "?")} of run ${plain(record.runId ?? "?")}`;
  await git.text(root, [...identity, "commit", "--quiet", "--no-verify", "-m", message], "commit the changes");
  const tip = await git.text(root, ["rev-parse", "--verify", "--quiet", "HEAD^{commit}"], "read the commit");
  return { tip: tip.trim(), unmerged };
}

/** A merge of nothing would say "merged" although nothing was. */
function refuseNothing({ root, branch, record }: Entry, { uncommitted, head, unseen }: Changes): void {
  if (uncommitted.length > 0 || record.base === null || head !== record.base) return;
  const what = unseen.work.length === 0
    ? `nothing was changed in it; remove it with \`odw worktrees remove ${branch}\``
    : `it holds only what git does not take along (${namedList(unseen.work)}); copy what you need from ${root}`;
  throw new OdwError("conflict", `There is nothing to merge from ${branch}: ${what}`);
}

/** What a commit of everything would lose or spoil. */
function refuseUnready({ root, branch }: Entry, changes: Changes): void {
  const refuse = (what: string) => {
    throw new OdwError("conflict", `${branch} was not merged: ${what}; finish it by hand in ${root}, then merge again`);
  };
  const unmerged = changes.uncommitted.find((line) => /^(?:U.|.U|AA|DD)/.test(line));
  if (unmerged) refuse(`${unmerged.slice(3)} has conflicts that nobody has resolved`);
  const nested = changes.untracked.find((path) => path.endsWith("/"));
  if (nested) refuse(`${nested} is a git repository of its own, whose files git would not take along`);
  if (changes.head === null || changes.checkedOut !== `refs/heads/${branch}`) {
    refuse(`another branch or commit is checked out there (${changes.checkedOut ?? changes.head ?? "none"})`);
  }
}

/** The merged commit, made in a passing worktree. Throws OdwError `conflict` with the files that do not go together. */
async function tryMerge(yard: Yard, plan: Plan & { tip: string; identity: readonly string[] }): Promise<string> {
  const { git, settings, repository } = yard;
  await removePassing(yard);
  const root = join(repository.folder, `merge.${crypto.randomUUID().slice(0, 8)}`);
  try {
    await git.text(settings.cwd, ["worktree", "add", "--quiet", "--detach", root, plan.from], "prepare the merge");
    const merged = await git.run(root, [
      ...plan.identity,
      ...["merge", "--quiet", "--ff", "--commit", "--no-squash", "--no-edit", "--no-verify"],
      ...["-m", `Merge ${plan.entry.branch} into ${plan.into}`, plan.tip],
    ]);
    if (merged.exitCode !== 0) throw await conflictError(yard, { ...plan, root, words: gitWords(merged) });
    const commit = await git.text(root, ["rev-parse", "--verify", "--quiet", "HEAD^{commit}"], "read the merge");
    return commit.trim();
  } finally {
    await removePassing(yard);
  }
}

async function conflictError(yard: Yard, plan: Plan & { root: string; words: string }): Promise<OdwError> {
  const { git } = yard;
  const { entry: { branch }, into, root } = plan;
  const { uncommitted } = await readChanges(git, { root, branch, base: null, prefix: "", disposable: [] });
  const files = uncommitted.filter((line) => /^(?:U.|.U|AA|DD)/.test(line)).map((line) => line.slice(3));
  const what = files.length === 0 ? plan.words : `both changed ${files.join(", ")}`;
  return new OdwError(
    "conflict",
    `${branch} does not go into ${into} without conflicts, and nothing was changed: ${what}; merge it by hand with ` +
      `\`git switch ${into}\` and \`git merge ${branch}\``,
  );
}

/** Moves the branch to the merged commit; where it is checked out the files follow, and git refuses when they hold other changes. */
async function advance(yard: Yard, { entry, into, from, isCheckedOut }: Plan, commit: string): Promise<void> {
  const { git, settings } = yard;
  if (!isCheckedOut) {
    const message = `odw: merge ${entry.branch}`;
    await git.text(settings.cwd, ["update-ref", "-m", message, `refs/heads/${into}`, commit, from], `move ${into}`);
    return;
  }
  const moved = await git.run(settings.cwd, ["merge", "--quiet", "--no-autostash", "--ff-only", commit]);
  if (moved.exitCode === 0) return;
  throw new OdwError(
    "conflict",
    `${entry.branch} was not merged into ${into}, and nothing was changed there: ${
      gitWords(moved)
    }; commit or stash your ` +
      `changes and merge again, or merge by hand with \`git merge ${entry.branch}\``,
  );
}

/** Folder where the branch is checked out; null: nowhere. */
async function checkedOutAt(yard: Yard, branch: string): Promise<string | null> {
  const listed = await yard.git.text(yard.settings.cwd, ["worktree", "list", "--porcelain"], "list the worktrees");
  const block = listed.split(/\r?\n\r?\n/).find((block) =>
    block.split(/\r?\n/).includes(`branch refs/heads/${branch}`)
  );
  return block ? block.split(/\r?\n/)[0]!.slice("worktree ".length) : null;
}

/** Those of merges that are over, also of one that was killed: only one merges at a time. */
async function removePassing(yard: Yard): Promise<void> {
  const { git, settings, repository } = yard;
  const names = (await registeredPaths(yard)).map((path) => path.replaceAll("\\", "/").split("/").at(-1)!);
  for (const name of names.filter((name) => /^merge\.[0-9a-f]{8}$/.test(name))) {
    const root = join(repository.folder, name);
    const form = ["worktree", "remove", "--force", "--force", root];
    if ((await git.run(settings.cwd, form)).exitCode === 0) continue;
    if (await isThere(root)) await Deno.remove(root, { recursive: true });
    await git.run(settings.cwd, form);
  }
}

function plain(text: string): string {
  return text.replace(/\p{Cc}/gu, " ");
}
