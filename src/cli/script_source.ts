// Which script `odw run` shall run: a file's text, or the name of a saved workflow.
import { resolve } from "node:path";
import { OdwError } from "../errors.ts";
import type { StartRequest } from "../engine.ts";
import type { World } from "./world.ts";

/** Throws OdwError `usage` for a file that is missing, unreadable, a directory, empty or not text. */
export async function readScript(target: string, world: World): Promise<StartRequest["script"]> {
  const path = resolve(world.cwd, target);
  const looksLikeFile = /\.m?js$/i.test(target) || /[/\\]/.test(target);
  const info = await world.stat(path).catch(() => null);
  const isDirectory = info?.isDirectory === true;
  if (!looksLikeFile && (isDirectory || !info)) return { name: target };
  if (isDirectory) {
    throw new OdwError("usage", `${quoted(target)} is a directory, not a script; name a .js or .mjs file`);
  }
  // A missing file and one that cannot be reached are told apart by reading. Pipes are read too.
  return { text: await readTextFile(target, world), file: path };
}

/** The text of a file named on the command line. Throws OdwError `usage` with the reason it cannot be used. */
export async function readTextFile(name: string, world: World): Promise<string> {
  const bytes = await readBytes(name, world);
  if (bytes.length === 0) throw new OdwError("usage", `${quoted(name)} is empty`);
  if (bytes.includes(0)) throw new OdwError("usage", `${quoted(name)} is a binary file, not text`);
  const text = decode(bytes);
  if (text === null) throw new OdwError("usage", `${quoted(name)} is not valid UTF-8 text; save it as UTF-8`);
  if (!text.trim()) throw new OdwError("usage", `${quoted(name)} holds nothing but white space`);
  return text;
}

/** As readTextFile; `-` is standard input. */
export async function readTextInput(name: string, world: World): Promise<string> {
  if (name !== "-") return await readTextFile(name, world);
  return await readTextFile("standard input", { ...world, readFile: () => world.stdin.readAll() });
}

async function readBytes(name: string, world: World): Promise<Uint8Array> {
  try {
    return await world.readFile(resolve(world.cwd, name));
  } catch (error) {
    throw new OdwError("usage", `cannot read ${quoted(name)}: ${reasonOf(error)}`, { cause: error });
  }
}

/** null: not UTF-8. A byte order mark is dropped. */
function decode(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

function reasonOf(error: unknown): string {
  const name = error instanceof Error ? error.name : "";
  if (name === "NotFound") return "there is no such file";
  if (name === "NotADirectory") return "a part of its path is a file";
  if (name === "PermissionDenied" || name === "NotCapable") return "permission denied";
  if (name === "IsADirectory") return "it is a directory";
  return error instanceof Error ? error.message : String(error);
}

function quoted(name: string): string {
  return JSON.stringify(name);
}
