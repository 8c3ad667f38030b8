// What one command may touch: a pure function from settings and command, given to Deno as the engine ring's permissions.
import { proxyHost, proxyOf } from "./lib/proxies.ts";
import { portOf } from "./lib/url_port.ts";
import type { Settings } from "./config.ts";

/** What a command needs beyond odw's database and the workspace. */
export interface CommandNeed {
  /** False for commands that only read the journal: no network, and nothing of what the user granted to runs. */
  providers: boolean;
  /** Makes, reads or removes the worktrees of agents. Default: as `providers`. */
  worktrees?: boolean;
  /** The user's own command to merge a worktree. */
  mayMerge?: boolean;
  /** Where a server listens: `host:port`. */
  listen?: string;
}

/** Deno's permissions of the engine ring; an empty list grants nothing, "*" among `net` grants any host (see `workerPermissions`). */
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

/**
 * All that a command gets, and nothing else. Of odw's home only the database, saved workflows and worktrees: its config.json and its token
 * are out of reach. What the tools ask for call by call must be granted to the ring as a whole: Deno cannot ask in between.
 */
export function permissionsFor(need: CommandNeed, settings: Settings): Permissions {
  const { cwd, home } = settings;
  const hasWorktrees = (need.worktrees ?? need.providers) && settings.repositoryRoot !== null;
  const files = [...databaseFiles(home), ...hasWorktrees ? [`${home}/worktrees`] : []];
  return {
    net: unique([
      ...need.providers ? reachedHosts(settings) : [],
      ...need.listen ? [need.listen] : [],
    ]),
    read: unique([cwd, ...files, `${home}/workflows`, ...definitionFolders(settings)]),
    write: unique([...files, ...need.providers ? writablePlaces(settings) : []]),
    run: [],
    env: [],
    sys: [],
    ffi: [],
    import: [],
  };
}

/** What the store has on the disk: SQLite's own files, and a folder for copies of a damaged one. */
export function databaseFiles(home: string): string[] {
  return [...["", "-wal", "-shm", "-journal"].map((ending) => `${home}/odw.db${ending}`), `${home}/backups`];
}

/** As the option `deno.permissions` of a Worker. */
export function workerPermissions({ net, ...others }: Permissions): Deno.PermissionOptionsObject {
  return { ...others, net: net.includes("*") ? true : net };
}

/** Whether reading the workspace means reading odw's own settings and keys: Deno cannot take a folder out of another. */
export function exposesHome({ cwd, home }: Pick<Settings, "cwd" | "home">): boolean {
  return contains(cwd, home);
}

/** Whether `path` is `folder` or lies in it; both absolute and normal. */
export function contains(folder: string, path: string): boolean {
  const [outer, inner] = [folder, path].map((text) => text.replaceAll("\\", "/").replace(/\/+$/, ""));
  return inner === outer || inner!.startsWith(`${outer}/`);
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

/** Of providers, web tools and MCP servers, with the proxies on the way there. */
function reachedHosts(settings: Settings): string[] {
  const { grants, network: { proxies } } = settings;
  const isAnyAsked = grants.approve.includes("web");
  const urls = reachedUrls(settings);
  const pages = grants.web.length > 0 || isAnyAsked ? ["http://page.invalid", "https://page.invalid"] : [];
  return [
    ...[...urls.map(hostOf), ...grants.web, ...isAnyAsked ? ["*"] : []],
    ...[...urls, ...pages].flatMap((url) => proxyOf(new URL(url), proxies) ?? []).map(proxyHost),
  ];
}

/** Of the providers that can be called (with their key, or needing none), of the search endpoint, and of MCP servers over HTTP. */
function reachedUrls({ providers, tools, mcpServers }: Settings): string[] {
  const callable = providers.filter(({ baseUrl, missingKey }) => missingKey === null && baseUrl !== "");
  const servers = Object.values(mcpServers).flatMap((server) => "url" in server ? server.url : []);
  return [...callable.map(({ baseUrl }) => baseUrl), ...tools.searchUrl === null ? [] : [tools.searchUrl], ...servers];
}

function writablePlaces({ cwd, grants }: Settings): string[] {
  return grants.approve.includes("write") ? [cwd, ...grants.write] : grants.write;
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
function hostOf(text: string): string {
  const url = new URL(text);
  return `${url.hostname}:${portOf(url)}`;
}

function phrase(kind: GrantableKind, value: string): string {
  if (kind === "net") return `network access to ${value === "*" ? "any host" : value}`;
  if (kind === "run") return `permission to start ${value}`;
  return kind === "env" ? `access to the variable ${value}` : `permission to ${kind} ${value}`;
}

function unique(items: string[]): string[] {
  return [...new Set(items)];
}
