// Changes files of the workspace: permission first, then all of them or none.
import type { Tool, ToolContext } from "../tool.ts";
import { writeAtomically } from "./atomic_write.ts";
import type { PathLocks } from "./path_locks.ts";
import { ToolError } from "./tool_error.ts";
import { type FileChange, unifiedDiff } from "./unified_diff.ts";
import { type PathScope, type WorkspacePath, workspacePath } from "./workspace_path.ts";
import { grantedPlaces, type WriteSettings, type WriteVerdict, writeVerdict } from "./write_access.ts";

/** What a call gives when it succeeds. */
export type ToolAnswer = Awaited<ReturnType<Tool["call"]>>;

/** What the writing tools of one engine share. */
export interface WriteParts {
  settings: WriteSettings;
  locks: PathLocks;
}

export interface PlannedChange extends FileChange {
  real: string;
  /** Permission bits to keep; null: the system's own for a new file. */
  mode: number | null;
}

/** A call that changes files. */
export interface ChangeCall {
  /** Name of the tool. */
  tool: string;
  paths: string[];
  context: ToolContext;
  /** Computes the changes from the files as they are now, one path each; nobody else changes them meanwhile. */
  plan(files: WorkspaceFile[]): PlannedChange[];
}

export interface WorkspaceFile extends WorkspacePath {
  /** null: there is none. */
  bytes: Uint8Array | null;
  mode: number | null;
}

/** Throws ToolError: `denied`, `usage` of `plan`, or `tool_failed` when the disk refuses; then nothing has changed. */
export async function changeFiles({ settings, locks }: WriteParts, call: ChangeCall): Promise<PlannedChange[]> {
  const { context } = call;
  const also = await grantedPlaces(settings);
  const scope = { root: context.root, home: settings.home, also };
  const paths = await Promise.all(call.paths.map((path) => workspacePath(path, scope)));
  const verdicts = await Promise.all(paths.map((path) => writeVerdict(path, { settings, context })));
  if (new Set(paths.map(({ real }) => real)).size < paths.length) {
    throw new ToolError("usage", `Two of the paths ${call.paths.join(", ")} lead to one file: name it once`);
  }
  return await locks.hold(paths.map(({ real }) => real), async () => {
    const changes = call.plan(await Promise.all(paths.map(async (path) => ({ ...path, ...await contentOf(path) }))));
    const scopes = [...new Set(verdicts.filter(isQuestion).map((verdict) => verdict.scope))];
    for (const asked of scopes) await ask(call, { scope: asked, changes });
    if (scopes.length > 0) await refuseMoved(call, { scope, paths });
    context.signal.throwIfAborted();
    await context.onPermitted?.();
    await commit(changes);
    return changes;
  });
}

function isQuestion(verdict: WriteVerdict): verdict is { scope: string } {
  return verdict !== "granted";
}

async function contentOf({ real, shown }: WorkspacePath): Promise<Pick<WorkspaceFile, "bytes" | "mode">> {
  try {
    const info = await Deno.stat(real);
    if (info.isDirectory) throw new ToolError("usage", `${shown || "."} is a folder: name a file in it`);
    if (!info.isFile) throw new ToolError("denied", `${shown} is no regular file: only files can be changed`);
    return { bytes: await Deno.readFile(real), mode: info.mode };
  } catch (thrown) {
    if (thrown instanceof Deno.errors.NotFound) return { bytes: null, mode: null };
    throw thrown;
  }
}

async function ask({ tool, context }: ChangeCall, asked: { scope: string; changes: PlannedChange[] }): Promise<void> {
  const { scope, changes } = asked;
  const names = changes.map(({ shown }) => shown).join(", ");
  const detail = await unifiedDiff(changes);
  if (await context.approve({ tool, access: "write", action: `write ${names}`, detail, scope })) return;
  throw new ToolError(
    "denied",
    `The user did not approve writing ${names}, or nobody is there to ask: do not try again, give the content in your answer`,
  );
}

/** While the user was thinking a link may have been put in the way. */
async function refuseMoved(call: ChangeCall, before: { scope: PathScope; paths: WorkspacePath[] }): Promise<void> {
  for (const [index, path] of call.paths.entries()) {
    const { real } = await workspacePath(path, before.scope);
    if (real !== before.paths[index]!.real) {
      throw new ToolError("tool_failed", `${path} leads to another place than before the approval: read it again`);
    }
  }
}

/** On a failure everything that was written is put back. */
async function commit(changes: PlannedChange[]): Promise<void> {
  const done: PlannedChange[] = [];
  try {
    for (const change of changes) {
      done.push(change);
      await put(change, change.after);
    }
  } catch (thrown) {
    done.pop();
    for (const change of done.reverse()) await put(change, change.before).catch(() => {});
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    const { shown } = changes[done.length]!;
    const code = thrown instanceof Deno.errors.NotCapable ? "denied" : "tool_failed";
    throw new ToolError(code, `${shown} could not be written: ${reason}; nothing was changed`);
  }
}

async function put({ real, mode }: PlannedChange, bytes: Uint8Array | null): Promise<void> {
  if (bytes) await writeAtomically(real, { bytes, mode });
  else {await Deno.remove(real).catch((thrown) => {
      if (!(thrown instanceof Deno.errors.NotFound)) throw thrown;
    });}
}
