// The folders that hold agent definitions, nearest first.
import { dirname, join } from "node:path";
import type { Settings } from "../config.ts";

const FOLDERS = [".odw/agents", ".claude/agents"];

/**
 * From the working directory up to the repository root; outside a repository the working directory alone, because folders above it
 * belong to somebody else. Then the user's home.
 */
export function definitionFolders(
  { cwd, repositoryRoot, userHome }: Pick<Settings, "cwd" | "repositoryRoot" | "userHome">,
): string[] {
  const roots = projectRoots(cwd, repositoryRoot ?? cwd);
  if (userHome !== "" && !roots.includes(userHome)) roots.push(userHome);
  return roots.flatMap((root) => FOLDERS.map((folder) => join(root, folder)));
}

function projectRoots(cwd: string, root: string): string[] {
  const roots = [cwd];
  for (let folder = cwd; folder !== root && folder !== dirname(folder);) {
    folder = dirname(folder);
    roots.push(folder);
  }
  return roots;
}
