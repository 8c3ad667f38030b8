// Makes a worktree: the note first, then the branch and the folder, then the files.
import { join } from "node:path";
import { OdwError } from "../errors.ts";
import type { Worktree } from "../worktree.ts";
import { readUncommitted } from "./changes.ts";
import { gitWords } from "./git.ts";
import { branchOf, NAME, notePath, writeNewRecord } from "./record.ts";
import { refuseProgramSettings } from "./repository.ts";
import { discard } from "./removal.ts";
import type { Yard } from "./yard.ts";

interface Owner {
  runId: string;
  step: string;
}

/** See `Worktrees.create`. */
export async function createWorktree(
  yard: Yard,
  owner: Owner,
): Promise<Worktree & { uncommitted: string[] }> {
  const { git, repository, settings } = yard;
  await refuseProgramSettings(git, settings);
  const base = await git.line(settings.cwd, ["rev-parse", "--verify", "--quiet", "HEAD^{commit}"]);
  if (base === null) {
    throw new OdwError(
      "denied",
      `There can be no worktree: the repository at ${repository.root} has no commit yet; commit something first, ` +
        "or leave out isolation: 'worktree'",
    );
  }
  const uncommitted = await uncommittedFiles(yard, owner.runId);
  const name = await yard.inTurn(() => register(yard, { ...owner, base }));
  const root = join(repository.folder, name);
  const path = repository.prefix === "" ? root : join(root, repository.prefix);
  try {
    await git.text(root, ["reset", "--quiet", "--hard"], "fill the new worktree");
    // A folder that holds nothing which git keeps is not in the worktree: the agent needs it all the same.
    await Deno.mkdir(path, { recursive: true });
  } catch (error) {
    await yard.inTurn(() => discard(yard, { name, tip: base, isForced: true })).catch(() => {});
    giveUp(yard, name);
    throw error;
  }
  return { path, root, branch: branchOf(name), base, uncommitted };
}

/** Of the workspace, told once for each run: its agents do not see them. */
async function uncommittedFiles({ git, settings, begun }: Yard, runId: string): Promise<string[]> {
  if (begun.has(runId)) return [];
  begun.add(runId);
  return await readUncommitted(git, settings.cwd).then((lines) => lines.map((line) => line.slice(3)), () => []);
}

/** The agent has ended: other processes may merge and remove what it left. */
export function giveUp(yard: Yard, name: string): void {
  yard.inUse.delete(name);
  if (yard.inUse.size === 0) yard.owners.leave();
}

/** The branch and an empty worktree on it. Returns its name; no trace is left where it fails. */
async function register(yard: Yard, wanted: Owner & { base: string }): Promise<string> {
  const { git, repository, settings } = yard;
  const name = await takeName(yard, wanted);
  const root = join(repository.folder, name);
  const added = await git.run(settings.cwd, [
    ...["worktree", "add", "--quiet", "--no-checkout", "--no-track"],
    ...["-b", branchOf(name), root, wanted.base],
  ]).catch((error: unknown) => error instanceof Error ? error : new Error(String(error)));
  if (!(added instanceof Error) && added.exitCode === 0) return name;
  await discard(yard, { name, tip: wanted.base, isForced: true }).catch(() => {});
  giveUp(yard, name);
  if (added instanceof Error) throw added;
  throw new OdwError("conflict", `Git could not add the worktree ${root}: ${gitWords(added)}`);
}

/** The next number that is free everywhere: as a note, as a folder and as a branch. Its note is written, and it counts as in use. */
async function takeName(yard: Yard, wanted: Owner & { base: string }): Promise<string> {
  const { git, repository, settings, owners } = yard;
  const { runId, step, base } = wanted;
  if (yard.inUse.size === 0) await owners.sweep();
  for (let number = (yard.lastNumbers.get(runId) ?? 0) + 1;; number++) {
    const name = `${runId}-${number}`;
    if (!NAME.test(name)) throw new TypeError(`"${runId}" cannot be the id of a run: letters, digits, _ and - only`);
    yard.lastNumbers.set(runId, number);
    const isFolderTaken = await Deno.lstat(join(repository.folder, name)).then(() => true, () => false);
    const ref = `refs/heads/${branchOf(name)}`;
    if (isFolderTaken || await git.line(settings.cwd, ["rev-parse", "--verify", "--quiet", ref]) !== null) continue;
    yard.inUse.add(name);
    const owner = owners.enter();
    const createdAt = new Date().toISOString();
    const record = { runId, step, createdAt, base, prefix: repository.prefix, owner };
    if (await writeNewRecord(notePath(repository.folder, name), record)) return name;
    yard.inUse.delete(name);
  }
}
