// Where glob and grep begin.
import type { ToolContext } from "../tool.ts";
import { ToolError } from "./tool_error.ts";
import { type WalkedFiles, walkFiles } from "./walk.ts";
import { realOrSame, workspacePath } from "./workspace_path.ts";

export interface SearchRoot {
  /** Free of links. */
  root: string;
  /** From the root; "" for the root. */
  from: string;
  /** A single file, and no folder. */
  isFile: boolean;
  /** See WalkOptions. */
  hidden: string[];
}

export async function searchRoot(
  path: string | undefined,
  { home, context }: { home: string; context: ToolContext },
): Promise<SearchRoot> {
  const place = await workspacePath(path ?? ".", { root: context.root, home });
  const info = await Deno.stat(place.real).catch((thrown) => {
    if (!(thrown instanceof Deno.errors.NotFound)) throw thrown;
    throw new ToolError("tool_failed", `There is no ${place.shown} to search: look for it with glob or list_files`);
  });
  return { root: place.realRoot, from: place.shown, isFile: info.isFile, hidden: [await realOrSame(home)] };
}

/** The files to search, folder by folder. */
export async function* walkedFiles(start: SearchRoot, signal: AbortSignal): AsyncGenerator<WalkedFiles> {
  if (start.isFile) yield [start.from];
  else yield* walkFiles({ ...start, signal });
}
