// All worktrees of a repository that have left any trace: a note, a folder, or an entry in git's own list.
import { basename, join } from "node:path";
import { OdwError } from "../errors.ts";
import type { WorktreeInfo } from "../worktree.ts";
import { type Changes, changesOfBranch, readChanges, type ReadOptions } from "./changes.ts";
import { branchOf, NAME, notePath, readRecord, type WorktreeRecord } from "./record.ts";
import { isThere } from "./removal.ts";
import type { Yard } from "./yard.ts";

export interface Entry {
  name: string;
  root: string;
  /** The agent's working directory. */
  path: string;
  branch: string;
  record: WorktreeRecord;
  /** Git lists it. */
  isRegistered: boolean;
  /** Its folder exists. */
  isThere: boolean;
  isInUse: boolean;
}

/** Oldest first. */
export async function listEntries(yard: Yard): Promise<Entry[]> {
  const { repository } = yard;
  const registered = new Set((await registeredPaths(yard)).map((path) => basename(path)));
  const names = new Set([...registered].filter((name) => NAME.test(name)));
  for (const name of await namesOnDisk(repository.folder)) names.add(name);
  const entries = await Promise.all([...names].map((name) => entry(yard, name, registered.has(name))));
  return entries.sort((a, b) =>
    compare(a.record.createdAt, b.record.createdAt) || a.name.localeCompare(b.name, "en", { numeric: true })
  );
}

/** The one that `ref` names, or starts the name of. Throws OdwError `not_found`, or `usage` when it could be several. */
export async function findEntry(yard: Yard, ref: string): Promise<Entry> {
  const entries = await listEntries(yard);
  const names = ({ branch, name, path, root, record }: Entry) => [branch, name, path, root, record.runId, record.step];
  const exact = entries.filter((entry) => names(entry).includes(ref));
  const found = exact.length > 0 || ref === ""
    ? exact
    : entries.filter((entry) => names(entry).some((name) => name?.startsWith(ref)));
  if (found.length === 1) return found[0]!;
  if (found.length > 1) {
    const branches = found.slice(0, 10).map(({ branch }) => branch).join(", ");
    throw new OdwError(
      "usage",
      `"${ref}" could be ${found.length} worktrees: name one of ${branches}${found.length > 10 ? ", …" : ""}`,
    );
  }
  const known = entries.slice(-10).map(({ branch }) => branch).join(", ");
  throw new OdwError(
    "not_found",
    `No worktree is called "${ref}": ${known === "" ? "this repository has none" : `there are ${known}`}`,
  );
}

/** The entry for people and programs. What git cannot tell any more is counted from what is left. */
export async function describeEntry(yard: Yard, entry: Entry): Promise<WorktreeInfo> {
  const changes = await entryChanges(yard, entry).catch(() => null);
  const tip = changes?.tip ?? changes?.head ?? null;
  return {
    path: entry.path,
    root: entry.root,
    branch: entry.branch,
    base: entry.record.base ?? tip ?? "",
    runId: entry.record.runId,
    step: entry.record.step,
    createdAt: entry.record.createdAt,
    changedFiles: changes?.files.size ?? await countFiles(entry.root),
    isInUse: entry.isInUse,
    isMissing: !entry.isThere,
  };
}

/** Of its folder; where that is gone, of its branch. */
export async function entryChanges(yard: Yard, entry: Entry): Promise<Changes> {
  const { git, settings } = yard;
  const { branch, record: { base } } = entry;
  if (entry.isThere) return await readChanges(git, readOptions(yard, entry));
  const tip = await git.line(settings.cwd, ["rev-parse", "--verify", "--quiet", `refs/heads/${branch}`]);
  const form = ["diff", "--no-ext-diff", "--no-textconv", "--submodule=short", "--no-renames", "--name-only", "-z"];
  const names = tip !== null && base !== null
    ? await git.text(settings.cwd, [...form, base, tip], "compare the branch")
    : "";
  return changesOfBranch(tip, new Set(names.split("\0").filter((path) => path !== "")));
}

/** How to read the changes of one whose folder exists. */
export function readOptions({ settings }: Yard, { root, branch, record: { base, prefix } }: Entry): ReadOptions {
  return { root, branch, base, prefix, disposable: settings.worktrees.disposable };
}

/** Folders of git's own list that lie among odw's worktrees of this repository. */
export async function registeredPaths(yard: Yard): Promise<string[]> {
  const listed = await yard.git.text(yard.settings.cwd, ["worktree", "list", "--porcelain"], "list the worktrees");
  const hash = basename(yard.repository.folder);
  return listed.split(/\r?\n/)
    .filter((line) => line.startsWith("worktree "))
    .map((line) => line.slice("worktree ".length))
    .filter((path) => path.replaceAll("\\", "/").split("/").at(-2) === hash);
}

async function entry(yard: Yard, name: string, isRegistered: boolean): Promise<Entry> {
  const { folder } = yard.repository;
  const root = join(folder, name);
  const record = await readRecord(notePath(folder, name));
  record.runId ??= NAME.exec(name)!.groups!.run!;
  const isInUse = yard.inUse.has(name) ||
    (record.owner !== null && record.owner !== yard.owners.id && yard.owners.isAlive(record.owner));
  const path = record.prefix === "" ? root : join(root, record.prefix);
  return { name, root, path, branch: branchOf(name), record, isRegistered, isThere: await isThere(root), isInUse };
}

async function namesOnDisk(folder: string): Promise<string[]> {
  const names: string[] = [];
  try {
    for await (const { name, isDirectory } of Deno.readDir(folder)) {
      const plain = isDirectory ? name : name.endsWith(".json") ? name.slice(0, -".json".length) : "";
      if (NAME.test(plain)) names.push(plain);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return names;
}

/** All files of a folder that git does not know: each may be work. */
export async function countFiles(folder: string): Promise<number> {
  let count = 0;
  try {
    for await (const { name, isDirectory } of Deno.readDir(folder)) {
      if (name === ".git") continue;
      count += isDirectory ? await countFiles(join(folder, name)) : 1;
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return count;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
