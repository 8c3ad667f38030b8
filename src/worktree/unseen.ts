// What an agent left that `git status` does not show: ignored files, files in the place of a submodule, empty folders, and
// tracked files that git was told not to look at.
import { join } from "node:path";
import type { Git } from "./git.ts";

/** Paths from the root; a whole folder of them is one path that ends with `/`. */
export interface Unseen {
  /** May hold work that is nowhere else. */
  work: string[];
  /** Ignored folders whose name says that a tool makes them again: they go with a worktree that is otherwise untouched. */
  disposable: string[];
}

export interface UnseenQuestion {
  root: string;
  /** Way from the root to the agent's working directory, which odw itself makes where git keeps nothing in it. */
  prefix: string;
  /** As `Changes.untracked`: what git shows is not unseen. */
  untracked: readonly string[];
  /** Names of folders that may be made again, as `node_modules`. */
  disposable: readonly string[];
}

/** Reads every folder of the worktree: git itself cannot tell of submodules' places and empty folders. Throws what reading throws. */
export async function readUnseen(git: Git, question: UnseenQuestion): Promise<Unseen> {
  const { root, prefix, untracked } = question;
  const { paths, hidden } = await trackedPaths(git, root);
  const known: Known = { files: paths, folders: new Set([""]), repositories: new Set() };
  for (const path of [...paths, ...untracked]) {
    if (path.endsWith("/")) known.repositories.add(path.slice(0, -1));
    else known.files.add(path);
    addAncestors(known.folders, path);
  }
  if (prefix !== "") addAncestors(known.folders, `${prefix}/x`);
  const unseen: Unseen = { work: await present(root, hidden), disposable: [] };
  for await (const path of unknownBelow(root, "", known)) {
    const name = path.endsWith("/") ? path.slice(0, -1).split("/").at(-1)! : null;
    const isDisposable = name !== null && question.disposable.includes(name) && !paths.has(path.slice(0, -1));
    unseen[isDisposable ? "disposable" : "work"].push(path);
  }
  return unseen;
}

/** What git knows or shows: files and submodules' places, the folders above them, and repositories of their own. */
interface Known {
  files: Set<string>;
  folders: Set<string>;
  repositories: Set<string>;
}

async function* unknownBelow(root: string, folder: string, known: Known): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(join(root, folder))) {
    const path = folder === "" ? name : `${folder}/${name}`;
    if (path === ".git" || known.repositories.has(path)) continue;
    if (!isDirectory) {
      if (!known.files.has(path)) yield path;
    } else if (known.folders.has(path)) {
      yield* unknownBelow(root, path, known);
    } else if (!known.files.has(path) || await isFilled(join(root, path))) {
      yield `${path}/`;
    }
  }
}

/** `hidden`: those whose changes git was told not to see (`assume-unchanged`, `skip-worktree`). */
async function trackedPaths(git: Git, root: string): Promise<{ paths: Set<string>; hidden: string[] }> {
  const listed = await git.text(root, ["ls-files", "-v", "-z"], "list the tracked files");
  const lines = listed.split("\0").filter((line) => line !== "");
  const isHidden = (line: string) => /^(?:S|[a-z]) /.test(line);
  return { paths: new Set(lines.map((line) => line.slice(2))), hidden: lines.filter(isHidden).map((l) => l.slice(2)) };
}

/** A file of a sparse checkout is not there, so nothing of it can be lost. */
async function present(root: string, paths: string[]): Promise<string[]> {
  const found = await Promise.all(paths.map((path) => Deno.lstat(join(root, path)).then(() => true, () => false)));
  return paths.filter((_, at) => found[at]);
}

async function isFilled(folder: string): Promise<boolean> {
  for await (const _ of Deno.readDir(folder)) return true;
  return false;
}

function addAncestors(folders: Set<string>, path: string): void {
  for (let at = path.indexOf("/"); at > 0; at = path.indexOf("/", at + 1)) folders.add(path.slice(0, at));
}
