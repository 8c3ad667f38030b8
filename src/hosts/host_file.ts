// A file of a host, read and written: symbolic links lead to what is written, a byte order mark stays, the file is whole at any time.
import { basename, dirname, join } from "node:path";
import { OdwError } from "../errors.ts";

const BYTE_ORDER_MARK = "\uFEFF";

export interface HostFile {
  /** As the host knows it. */
  path: string;
  /** Where the bytes lie: another path when `path` is a symbolic link. */
  target: string;
  /** Without its byte order mark; null: there is no such file. */
  text: string | null;
  hasMark: boolean;
  /** Permission bits; null where there is no file, or no such bits. */
  mode: number | null;
}

/** Throws OdwError `config` for what cannot be read as text. */
export async function readHostFile(path: string): Promise<HostFile> {
  const target = await targetOf(path);
  try {
    const [bytes, { mode }] = await Promise.all([Deno.readFile(target), Deno.stat(target)]);
    const whole = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    const hasMark = whole.startsWith(BYTE_ORDER_MARK);
    return { path, target, text: hasMark ? whole.slice(1) : whole, hasMark, mode };
  } catch (cause) {
    if (isMissing(cause)) return { path, target, text: null, hasMark: false, mode: null };
    const reason = cause instanceof TypeError ? "it is not UTF-8 text" : reasonOf(cause);
    throw new OdwError("config", `cannot read ${path}: ${reason}; the file was left alone`, { cause });
  }
}

/** Returns the folders that had to be made, outermost first. Throws OdwError `config`, and leaves the file as it was. */
export async function writeHostFile(file: HostFile, text: string): Promise<string[]> {
  const { path, target, mode } = file;
  const draft = join(dirname(target), `.${basename(target).slice(0, 100)}.${crypto.randomUUID().slice(0, 8)}.tmp`);
  try {
    // Renaming would replace a file that its owner protected.
    if (mode !== null && (mode & 0o222) === 0) throw new Error("the file is read-only");
    // Hosts write their files at any time.
    if ((await readHostFile(path)).text !== file.text) throw new Error("another program has just changed it");
    const made = await makeFolders(dirname(target));
    await Deno.writeTextFile(draft, `${file.hasMark ? BYTE_ORDER_MARK : ""}${text}`, { createNew: true });
    if (mode !== null && Deno.build.os !== "windows") await Deno.chmod(draft, mode & 0o7777);
    await Deno.rename(draft, target);
    return made;
  } catch (cause) {
    await Deno.remove(draft).catch(() => {});
    throw new OdwError(
      "config",
      `cannot write ${path}: ${reasonOf(cause)}; the file was left alone: make it writable and try again`,
      { cause },
    );
  }
}

/** A copy beside the file, once: what is there already is older, and stays. */
export async function backUp(file: HostFile): Promise<string | null> {
  if (file.text === null) return null;
  const backup = backupOf(file);
  try {
    await Deno.writeFile(backup, await Deno.readFile(file.target), {
      createNew: true,
      mode: (file.mode ?? 0o600) & 0o777,
    });
    return backup;
  } catch (cause) {
    if (cause instanceof Deno.errors.AlreadyExists) return backup;
    throw new OdwError(
      "config",
      `cannot back up ${file.path} as ${backup}: ${reasonOf(cause)}; the file was left alone`,
      {
        cause,
      },
    );
  }
}

export function backupOf({ target }: Pick<HostFile, "target">): string {
  return `${target}.odw-backup`;
}

/** What the path leads to; a link into nothing leads to where it points. */
async function targetOf(path: string): Promise<string> {
  try {
    return await Deno.realPath(path);
  } catch {
    const link = await Deno.readLink(path).catch(() => null);
    return link === null ? path : join(link.startsWith("/") || /^[A-Za-z]:/.test(link) ? "" : dirname(path), link);
  }
}

async function makeFolders(folder: string): Promise<string[]> {
  const missing: string[] = [];
  let at = folder;
  while (!(await Deno.stat(at).catch(() => null)) && dirname(at) !== at) {
    missing.unshift(at);
    at = dirname(at);
  }
  await Deno.mkdir(folder, { recursive: true });
  return missing;
}

export function isMissing(error: unknown): boolean {
  return error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory;
}

export function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
