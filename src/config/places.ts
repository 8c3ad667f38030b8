// Where things are: odw's home, the user's home, the repository.
import { dirname, resolve } from "node:path";
import { OdwError } from "../errors.ts";

export interface Places {
  /** odw's own folder: `ODW_HOME`, else `~/.odw`. */
  home: string;
  /** Empty when the environment names none. */
  userHome: string;
  cwd: string;
  repositoryRoot: string | null;
}

/** Throws OdwError `usage` for an unusable working directory, `config` for an unusable home. Makes the home (0700). */
export async function findPlaces(
  options: { cwd: string; env: (name: string) => string | undefined; home?: string },
): Promise<Places> {
  const cwd = resolve(options.cwd);
  await checkWorkspace(cwd);
  const userHome = options.env("HOME") || options.env("USERPROFILE") || "";
  const home = homeOf(options.home || options.env("ODW_HOME") || "", userHome, cwd);
  await makeHome(home);
  return { home, userHome, cwd, repositoryRoot: await findRepositoryRoot(cwd) };
}

/** `cwd` and the folders above it up to the repository root; outside a repository `cwd` alone. Nearest first. */
export function projectFolders(cwd: string, repositoryRoot: string | null): string[] {
  const folders = [cwd];
  while (repositoryRoot !== null && folders.at(-1) !== repositoryRoot) {
    const parent = dirname(folders.at(-1)!);
    if (parent === folders.at(-1)) return [cwd];
    folders.push(parent);
  }
  return folders;
}

function homeOf(given: string, userHome: string, cwd: string): string {
  if (given.startsWith("~/") && userHome) return resolve(userHome, given.slice(2));
  if (given) return resolve(cwd, given);
  if (userHome) return resolve(userHome, ".odw");
  throw new OdwError(
    "config",
    "cannot find a place for odw's files: neither ODW_HOME nor HOME is set; set one of them",
  );
}

async function checkWorkspace(cwd: string): Promise<void> {
  const found = await statOrNull(cwd);
  if (found?.isDirectory) return;
  const what = found ? "it is not a folder" : "there is no such folder";
  throw new OdwError("usage", `cannot work in ${cwd}: ${what}; give --cwd an existing folder`);
}

async function makeHome(home: string): Promise<void> {
  try {
    const found = await statOrNull(home);
    if (found && !found.isDirectory) throw new Error("a file has that name");
    if (!found) await Deno.mkdir(home, { recursive: true, mode: 0o700 });
    await Deno.remove(await Deno.makeTempFile({ dir: home, prefix: ".writable-" }));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new OdwError(
      "config",
      `cannot use odw's home ${home}: ${reason}; make it a folder that you can write to, or set ODW_HOME to one`,
      { cause },
    );
  }
}

async function findRepositoryRoot(cwd: string): Promise<string | null> {
  for (let folder = cwd;; folder = dirname(folder)) {
    if (await statOrNull(resolve(folder, ".git"))) return folder;
    if (dirname(folder) === folder) return null;
  }
}

/** What may not be looked at counts as absent. */
async function statOrNull(path: string): Promise<Deno.FileInfo | null> {
  try {
    return await Deno.stat(path);
  } catch {
    return null;
  }
}
