// --files: documents that a script receives as args.files, since a script itself reads no file.
import { join, resolve } from "node:path";
import { OdwError } from "../errors.ts";
import type { Json } from "../json.ts";
import { readTextFile } from "./script_source.ts";
import type { World } from "./world.ts";

/** More than this is hardly meant: a wrong folder was named. */
const MOST_FILES = 10_000;
/** Folders that hold no documents of the user's own. */
const SKIPPED = ["node_modules", "dist", "target", "vendor"];

/**
 * `[{ path, text }]` in the order of the names given, folders walked in the order of their names. A file that is named must be text; what
 * a walk finds and is no text, or begins with a dot, is passed over. Throws OdwError `usage`.
 */
export async function readFiles(names: string[], world: World): Promise<Json[]> {
  const files: Json[] = [];
  for (const name of names) {
    const info = await world.stat(resolve(world.cwd, name)).catch(() => null);
    if (info?.isDirectory) await readFolder(name, files, world);
    else files.push({ path: name, text: await readTextFile(name, world) });
  }
  if (files.length === 0) throw new OdwError("usage", `--files ${names.join(" ")} names no text file`);
  return files;
}

async function readFolder(folder: string, files: Json[], world: World): Promise<void> {
  for (const entry of await world.readFolder(resolve(world.cwd, folder))) {
    if (entry.name.startsWith(".") || SKIPPED.includes(entry.name)) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory) await readFolder(path, files, world);
    else if (entry.isFile) await addText(path, files, world);
  }
}

async function addText(path: string, files: Json[], world: World): Promise<void> {
  if (files.length >= MOST_FILES) {
    throw new OdwError("usage", `--files names more than ${MOST_FILES} files: name fewer or smaller folders`);
  }
  const text = await readTextFile(path, world).catch(() => null);
  if (text !== null) files.push({ path, text });
}
