// What one command may touch: a pure function from settings and command, given to Deno as the engine ring's permissions.
import type { Settings } from "./config.ts";

/** What a command needs beyond odw's home and the workspace. */
export interface CommandNeed {
  /** False for commands that only read the journal: no network at all. */
  providers: boolean;
}

/** Deno's own permission options for a Worker; an empty list grants nothing. */
export interface Permissions {
  net: string[];
  read: string[];
  write: string[];
  run: string[];
  env: string[];
  sys: string[];
  ffi: string[];
  import: string[];
}

/** The kinds that a command may ever be given. */
export type GrantableKind = "net" | "read" | "write" | "run" | "env";

/** All that a command gets, and nothing else. */
export function permissionsFor(need: CommandNeed, settings: Settings): Permissions {
  return {
    net: need.providers ? unique(providerHosts(settings)) : [],
    read: unique([settings.cwd, settings.home, ...definitionFolders(settings)]),
    write: [settings.home],
    run: [],
    env: [],
    sys: [],
    ffi: [],
    import: [],
  };
}

/**
 * What of `wanted` this process can pass on, since a worker gets no more than its parent has. `lost`: what it cannot, each as
 * a noun phrase to stand after "without".
 */
export function intersect(
  wanted: Permissions,
  isGranted: (kind: GrantableKind, value: string) => boolean,
): { permissions: Permissions; lost: string[] } {
  const permissions: Permissions = { ...wanted, sys: [], ffi: [], import: [] };
  const lost: string[] = [];
  for (const kind of ["net", "read", "write", "run", "env"] as const) {
    permissions[kind] = wanted[kind].filter((value) => isGranted(kind, value));
    lost.push(
      ...wanted[kind].filter((value) => !permissions[kind].includes(value)).map((value) => phrase(kind, value)),
    );
  }
  return { permissions, lost };
}

/** Of the providers that can be called: those with their key, or that need none. */
function providerHosts(settings: Settings): string[] {
  return settings.providers.flatMap(({ baseUrl, missingKey }) => missingKey === null ? hostOf(baseUrl) : []);
}

/** Saved workflows and agent definitions lie beside the workspace up to the repository root, and in the user's home. */
function definitionFolders(settings: Settings): string[] {
  const { cwd, repositoryRoot, userHome } = settings;
  const parents = foldersUpTo(cwd, repositoryRoot).slice(1);
  const homes = userHome === "" ? [] : [userHome];
  const names = [".odw/workflows", ".claude/workflows", ".odw/agents", ".claude/agents"];
  return [...parents, ...homes].flatMap((folder) => names.map((name) => join(folder, name)));
}

/** `folder` first, `root` last; `folder` alone when there is no root above it. */
function foldersUpTo(folder: string, root: string | null): string[] {
  const folders = [folder];
  while (root !== null && folders.at(-1) !== root) {
    const last = folders.at(-1)!;
    const parent = parentOf(last);
    if (parent === last) return [folder];
    folders.push(parent);
  }
  return folders;
}

/** Of an absolute path, with either separator. The parent of a root is the root. */
function parentOf(path: string): string {
  const end = Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\"));
  if (end < 0) return path;
  const parent = path.slice(0, end);
  return parent === "" || /^[A-Za-z]:$/.test(parent) ? path.slice(0, end + 1) : parent;
}

function join(folder: string, name: string): string {
  return /[/\\]$/.test(folder) ? folder + name : `${folder}/${name}`;
}

/** `host:port` with the scheme's port where the URL names none; IPv6 in brackets. */
function hostOf(baseUrl: string): string[] {
  if (!baseUrl) return [];
  const url = new URL(baseUrl);
  return [`${url.hostname}:${url.port || (url.protocol === "https:" ? "443" : "80")}`];
}

function phrase(kind: GrantableKind, value: string): string {
  if (kind === "net") return `network access to ${value}`;
  if (kind === "run") return `permission to start ${value}`;
  return kind === "env" ? `access to the variable ${value}` : `permission to ${kind} ${value}`;
}

function unique(items: string[]): string[] {
  return [...new Set(items)];
}
