// What odw notes about a worktree: a small file beside it, written before git is asked and removed after the last trace is gone.
import { join } from "node:path";

export interface WorktreeRecord {
  runId: string | null;
  step: string | null;
  createdAt: string;
  /** Commit that it began at; null: the note is lost. */
  base: string | null;
  /** Way from the worktree's root to the agent's working directory; empty at the root. */
  prefix: string;
  /** Of the process that made it: see `Owners`. */
  owner: string | null;
}

/** Of a worktree of a run: `<run>-<n>`, the same for its folder and its note. */
export const NAME = /^(?<run>[A-Za-z0-9][A-Za-z0-9_]*(?:-[A-Za-z0-9_]+)*)-(?<number>[1-9][0-9]*)$/;

/** The branch of the worktree of this name. */
export function branchOf(name: string): string {
  const { run, number } = NAME.exec(name)!.groups!;
  return `odw/${run}/${number}`;
}

export function notePath(folder: string, name: string): string {
  return join(folder, `${name}.json`);
}

/** Takes the name for this process alone. Returns false when it is taken. */
export async function writeNewRecord(path: string, record: WorktreeRecord): Promise<boolean> {
  try {
    await Deno.writeTextFile(path, JSON.stringify(record) + "\n", { createNew: true, mode: 0o600 });
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) return false;
    throw error;
  }
}

/** Replaces the note, whole or not at all. */
export async function rewriteRecord(path: string, record: WorktreeRecord): Promise<void> {
  await Deno.writeTextFile(`${path}.new`, JSON.stringify(record) + "\n", { mode: 0o600 });
  await Deno.rename(`${path}.new`, path);
}

/** A note that is missing or damaged is one that knows nothing: the worktree itself is still there. */
export async function readRecord(path: string): Promise<WorktreeRecord> {
  const read = await Deno.readTextFile(path).catch(() => "");
  const [note, stat] = [parsed(read), await Deno.stat(path).catch(() => null)];
  const text = (key: string) => typeof note[key] === "string" ? note[key] : null;
  const base = text("base");
  const prefix = text("prefix") ?? "";
  return {
    runId: text("runId"),
    step: text("step"),
    createdAt: text("createdAt") ?? (stat?.mtime ?? new Date(0)).toISOString(),
    base: base !== null && /^[0-9a-f]{40,64}$/.test(base) ? base : null,
    prefix: prefix.split("/").includes("..") ? "" : prefix,
    owner: text("owner"),
  };
}

function parsed(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value as Record<string, unknown> : {};
  } catch {
    return {};
  }
}
