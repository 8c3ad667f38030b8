// The files of a workspace in a fixed order, without what git ignores: streamed, so that a tree of any size takes little memory.
import { resolve } from "node:path";
import { type IgnoreRules, ignoreRules, isIgnored } from "./ignore_rules.ts";

export interface WalkOptions {
  /** Absolute folder whose .gitignore is the outermost. */
  root: string;
  /** Where to begin: a folder below `root`, as a path from it; "" for `root`. It is walked even when it is ignored. */
  from: string;
  /** Absolute folders that are left out, whatever lies in them. */
  hidden: string[];
  signal: AbortSignal;
}

/** The files of one folder, as paths from the root with forward slashes. */
export type WalkedFiles = string[];

interface Folder {
  path: string;
  rules: IgnoreRules | null;
  listing?: Promise<Listing>;
}

interface Listing {
  files: string[];
  folders: Folder[];
}

/** How many folders are read at the same time. */
const READ_AHEAD = 16;

/**
 * Folder by folder, names in code-unit order, a folder's files before its folders. Left out: what .gitignore files and .git/info/exclude
 * name, `.git`, symbolic links, and folders that cannot be read.
 */
export async function* walkFiles(options: WalkOptions): AsyncGenerator<WalkedFiles> {
  const open: Folder[] = [{ path: options.from, rules: await rulesAbove(options) }];
  while (open.length > 0) {
    options.signal.throwIfAborted();
    for (const folder of open.slice(-READ_AHEAD)) folder.listing ??= list(folder, options);
    const { files, folders } = await open.pop()!.listing!;
    open.push(...folders.reverse());
    if (files.length > 0) yield files;
  }
}

/** The rules of the folders from the root down to the one before `from`. */
async function rulesAbove({ root, from }: WalkOptions): Promise<IgnoreRules | null> {
  let rules = await rulesOf(`${root}/.git/info/exclude`, { folder: "", parent: null });
  const names = from === "" ? [] : from.split("/");
  for (let depth = 0; depth < names.length; depth++) {
    const folder = names.slice(0, depth).join("/");
    rules = await rulesOf(join(root, join(folder, ".gitignore")), { folder, parent: rules });
  }
  return rules;
}

async function list({ path, rules }: Folder, { root, hidden }: WalkOptions): Promise<Listing> {
  const entries = await entriesOf(join(root, path));
  const hasRules = entries.some(({ name, isFile }) => isFile && name === ".gitignore");
  const own = hasRules ? await rulesOf(join(root, join(path, ".gitignore")), { folder: path, parent: rules }) : rules;
  const files: string[] = [];
  const folders: Folder[] = [];
  for (const { name, isFile, isDirectory } of entries) {
    const inside = join(path, name);
    if (name === ".git" || !(isFile || isDirectory)) continue;
    if (isIgnored(inside, { isFolder: isDirectory, rules: own })) continue;
    if (isFile) files.push(inside);
    else if (!hidden.includes(resolve(root, inside))) folders.push({ path: inside, rules: own });
  }
  return { files, folders };
}

async function entriesOf(folder: string): Promise<Deno.DirEntry[]> {
  const entries: Deno.DirEntry[] = [];
  try {
    for await (const entry of Deno.readDir(folder)) entries.push(entry);
  } catch {
    // Gone, or not to be read: the rest of the tree still answers.
    return [];
  }
  return entries.sort((a, b) => a.name < b.name ? -1 : 1);
}

async function rulesOf(
  file: string,
  at: { folder: string; parent: IgnoreRules | null },
): Promise<IgnoreRules | null> {
  try {
    return ignoreRules(await Deno.readTextFile(file), at);
  } catch {
    return at.parent;
  }
}

function join(folder: string, name: string): string {
  return folder === "" ? name : name === "" ? folder : `${folder}/${name}`;
}
