// Where a path leads: tools reach the workspace and nothing else, through no link and no `..`.
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { ToolError } from "./tool_error.ts";

export interface WorkspacePath {
  /** Absolute, free of links: what is opened. */
  real: string;
  /** The workspace or worktree, free of links. */
  realRoot: string;
  /** From the root, with forward slashes; "" for the root itself. An absolute path where a grant leads out of the root. */
  shown: string;
}

export interface PathScope {
  /** See ToolContext.root. */
  root: string;
  /** odw's own folder, where keys and the journal lie. */
  home: string;
  /** Absolute places outside the root that are allowed as well. */
  also?: string[];
}

/**
 * The place that `path` leads to, which need not exist. Throws ToolError `denied` for a place outside the root, be it by `..`, as an absolute
 * path or through a link, and for odw's own folder.
 */
export async function workspacePath(path: string, scope: PathScope): Promise<WorkspacePath> {
  if (path.includes("\0")) {
    throw new ToolError("usage", "The path holds a zero character: give a path inside the workspace");
  }
  const realRoot = await Deno.realPath(scope.root);
  const wanted = resolve(scope.root, path);
  const isAllowedBeside = (place: string) => (scope.also ?? []).some((folder) => contains(folder, place));
  const isInRoot = (place: string) => contains(scope.root, place) || contains(realRoot, place);
  if (!isInRoot(wanted) && !isAllowedBeside(wanted)) throw outside(path, scope.root);
  const real = await realPlace(wanted, path);
  if (!contains(realRoot, real) && !isAllowedBeside(real)) {
    throw new ToolError(
      "denied",
      `${path} leads through a link to ${real}, outside the workspace: only files inside it can be used`,
    );
  }
  await refuseHome(real, { path, realRoot, home: scope.home });
  const inside = contains(realRoot, real) ? relative(realRoot, real) : real;
  return { real, realRoot, shown: sep === "/" ? inside : inside.replaceAll(sep, "/") };
}

export function contains(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way === "" || (!/^\.\.(?:[/\\]|$)/.test(way) && !isAbsolute(way));
}

/** The place free of links where there is one; lexical where nothing is there. */
export async function realOrSame(path: string): Promise<string> {
  return await Deno.realPath(path).catch(() => path);
}

/** Resolves the links of what exists, and puts the rest of the path behind it. */
async function realPlace(wanted: string, path: string): Promise<string> {
  try {
    return await Deno.realPath(wanted);
  } catch (thrown) {
    const parent = dirname(wanted);
    if (thrown instanceof Deno.errors.NotADirectory) throw underFile(path);
    if (!(thrown instanceof Deno.errors.NotFound) || parent === wanted) throw unreachable(path, thrown);
    if (await isLink(wanted)) {
      throw new ToolError("denied", `${path} is a link that leads nowhere: remove it, or name the file itself`);
    }
    return join(await realPlace(parent, path), basename(wanted));
  }
}

async function isLink(path: string): Promise<boolean> {
  return await Deno.lstat(path).then((info) => info.isSymlink, () => false);
}

/** A worktree of odw lies in its folder, and is the root then: what is in the worktree is not odw's own. */
async function refuseHome(real: string, at: { path: string; realRoot: string; home: string }): Promise<void> {
  const home = await realOrSame(at.home);
  if (!contains(home, real)) return;
  if (contains(home, at.realRoot) && home !== at.realRoot && contains(at.realRoot, real)) return;
  throw new ToolError("denied", `${at.path} lies in odw's own folder, which tools cannot use: choose another path`);
}

function outside(path: string, root: string): ToolError {
  return new ToolError("denied", `${path} lies outside the workspace ${root}: use a path inside it, relative to it`);
}

function underFile(path: string): ToolError {
  return new ToolError("usage", `${path} leads through a file as if it were a folder: list the folder with list_files`);
}

function unreachable(path: string, thrown: unknown): ToolError {
  if (thrown instanceof Deno.errors.NotCapable) {
    return new ToolError(
      "denied",
      `${path} cannot be reached with the permissions of this run: use files of the workspace`,
    );
  }
  return new ToolError(
    "tool_failed",
    `${path} cannot be reached: ${thrown instanceof Error ? thrown.message : String(thrown)}`,
  );
}
