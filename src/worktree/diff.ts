// `odw worktrees diff`: all that differs from the commit that the agent began at, in one unified diff.
import { OdwError } from "../errors.ts";
import { readChanges } from "./changes.ts";
import { findEntry, readOptions } from "./listing.ts";
import { newFilePatch } from "./new_file_patch.ts";
import { refuseProgramSettings } from "./repository.ts";
import type { Yard } from "./yard.ts";

const FORM = ["diff", "--no-ext-diff", "--no-textconv", "--submodule=short", "--find-renames"];

/** See `Worktrees.diff`. Reads only: the worktree's index stays as the agent left it. */
export async function diffWorktree(yard: Yard, ref: string): Promise<string> {
  const { git, settings } = yard;
  const entry = await findEntry(yard, ref);
  await refuseProgramSettings(git, settings);
  const { root, branch, record: { base } } = entry;
  if (base === null) {
    throw new OdwError(
      "conflict",
      `The commit that ${branch} began at is not noted any more: look at ${root} with git`,
    );
  }
  if (!entry.isThere) {
    const tip = await git.line(settings.cwd, ["rev-parse", "--verify", "--quiet", `refs/heads/${branch}`]);
    return tip === null ? "" : await git.text(settings.cwd, [...FORM, base, tip], "compare the branch");
  }
  const { untracked, unseen } = await readChanges(git, readOptions(yard, entry));
  const patches = [await git.text(root, [...FORM, base], "compare the files")];
  for (const path of untracked) patches.push(await newFilePatch(root, path));
  for (const path of unseen.work) patches.push(`# ${path} is hidden from git: it is not shown\n`);
  return patches.join("");
}
