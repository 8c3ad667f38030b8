// Whether a file may be changed: by a grant, after a question, or not at all.
import { basename, isAbsolute, join, relative, resolve } from "node:path";
import type { Grants } from "../config.ts";
import type { ToolContext } from "../tool.ts";
import { ToolError } from "./tool_error.ts";
import { contains, realOrSame, type WorkspacePath } from "./workspace_path.ts";

export interface WriteSettings {
  /** The workspace of the run; an agent in a worktree has another root. */
  cwd: string;
  home: string;
  grants: Pick<Grants, "write" | "approve">;
}

/** "granted", or the scope of the question to the user (ApprovalRequest.scope). */
export type WriteVerdict = "granted" | { scope: string };

/** Folders that instruct odw and other harnesses: what is written there would steer later runs. */
const INSTRUCTING = [".odw", ".claude"];

/**
 * Throws ToolError `denied` for what nobody may write (`.git`) and for what is neither granted nor asked for. `.odw` and `.claude` need a
 * grant that names them, or a question of their own.
 */
export async function writeVerdict(
  path: WorkspacePath,
  { settings, context }: { settings: WriteSettings; context: ToolContext },
): Promise<WriteVerdict> {
  const inside = names(relative(path.realRoot, path.real));
  if (inside.includes(".git")) {
    throw new ToolError("denied", `${path.shown} belongs to git's own files, which no tool writes: use git commands`);
  }
  const instructing = inside.find((name) => INSTRUCTING.includes(name));
  if (await isGranted(path, { settings, context, instructing })) return "granted";
  if (settings.grants.approve.includes("write")) return { scope: instructing ? `write ${path.shown}` : "write" };
  throw new ToolError("denied", denialOf(path, instructing));
}

/** Places outside the workspace that the user has granted by name. */
export async function grantedPlaces({ grants }: WriteSettings): Promise<string[]> {
  return [...new Set([...grants.write, ...await Promise.all(grants.write.map(realOrSame))])];
}

async function isGranted(
  path: WorkspacePath,
  { settings, context, instructing }: {
    settings: WriteSettings;
    context: ToolContext;
    instructing: string | undefined;
  },
): Promise<boolean> {
  const realCwd = await realOrSame(settings.cwd);
  const granted = await grantedPlaces(settings);
  const named = instructing
    ? granted.filter((place) => names(relative(realCwd, place)).includes(instructing))
    : granted;
  // In a worktree a path stands for the one at the same place of the workspace.
  const places = [path.real, ...twins(path, { realCwd, settings, context })];
  return places.some((place) => named.some((folder) => contains(folder, place)));
}

function twins(
  { real, realRoot }: WorkspacePath,
  { realCwd, settings, context }: { realCwd: string; settings: WriteSettings; context: ToolContext },
): string[] {
  const inside = relative(realRoot, real);
  const isWorktree = resolve(context.root) !== resolve(settings.cwd) && realRoot !== realCwd;
  if (!isWorktree || isAbsolute(inside) || inside.startsWith("..")) return [];
  return [join(settings.cwd, inside), join(realCwd, inside)];
}

function names(path: string): string[] {
  return path.split(/[/\\]/).map((name) => name.toLowerCase());
}

function denialOf({ shown }: WorkspacePath, instructing: string | undefined): string {
  if (instructing) {
    return `${shown} lies in ${instructing}, which instructs later runs: only --allow-write=${
      basename(instructing)
    } or a longer path into it permits writing there. Do not try again; give the content in your answer`;
  }
  return `Writing ${shown} is not permitted in this run: only the user can allow it, with --allow-write or --allow-write=<path>. Do not try again; give the content in your answer`;
}
