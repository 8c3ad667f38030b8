// apply_patch: changes of several files, all or none.
import type { JsonObject } from "../json.ts";
import type { Tool, ToolContext } from "../tool.ts";
import {
  changeFiles,
  type PlannedChange,
  type ToolAnswer,
  type WorkspaceFile,
  type WriteParts,
} from "./file_changes.ts";
import { applyHunks } from "./patch_hunks.ts";
import { type FilePatch, type Hunk, parsePatch } from "./patch_text.ts";
import { decodeText, encodeText } from "./text_file.ts";
import { ToolError } from "./tool_error.ts";
import { requiredText } from "./tool_input.ts";

export function applyPatchTool(parts: WriteParts): Tool {
  return {
    name: "apply_patch",
    description: "Change several files, all or none: a unified diff, or `*** Begin Patch` to `*** End Patch`.",
    schema: { type: "object", properties: { patch: { type: "string" } }, required: ["patch"] },
    access: "write",
    isConcurrent: false,
    call: (input, context) => applyPatch(input, { parts, context }),
  };
}

async function applyPatch(
  input: JsonObject,
  { parts, context }: { parts: WriteParts; context: ToolContext },
): Promise<ToolAnswer> {
  const patches = mergedByPath(parsePatch(requiredText(input, "patch")));
  const paths = patches.flatMap((patch) =>
    patch.kind === "update" && patch.moveTo ? [patch.path, patch.moveTo] : [patch.path]
  );
  const repeated = paths.find((path, index) => paths.indexOf(path) !== index);
  if (repeated !== undefined) {
    throw new ToolError("usage", `The patch changes ${repeated} in several ways: give one section per file`);
  }
  const changes = await changeFiles(parts, {
    tool: "apply_patch",
    paths,
    context,
    plan: (files) => {
      const byPath = new Map(files.map((file, index) => [paths[index]!, file]));
      return patches.flatMap((patch) => planned(patch, byPath));
    },
  });
  const lines = changes.map(({ shown, before, after }) => `${before ? after ? "M" : "D" : "A"} ${shown}`);
  return { content: `Patched:\n${lines.join("\n")}`, value: changes.map(({ shown }) => shown) };
}

/** Models split the changes of one file into several sections now and then. */
function mergedByPath(patches: FilePatch[]): FilePatch[] {
  const merged: FilePatch[] = [];
  for (const patch of patches) {
    const before = merged.find((other) => other.kind === "update" && other.path === patch.path);
    if (before?.kind !== "update" || patch.kind !== "update") merged.push(patch);
    else {
      before.hunks.push(...patch.hunks);
      before.moveTo = patch.moveTo ?? before.moveTo;
    }
  }
  return merged;
}

function planned(patch: FilePatch, files: Map<string, WorkspaceFile>): PlannedChange[] {
  const file = files.get(patch.path)!;
  if (patch.kind === "add") {
    if (file.bytes) {
      throw new ToolError("tool_failed", `${file.shown} is there already: update it instead; nothing was changed`);
    }
    return [changeOf(file, new TextEncoder().encode(patch.content))];
  }
  if (!file.bytes) {
    throw new ToolError("tool_failed", `There is no file ${file.shown}: look for it with glob; nothing was changed`);
  }
  if (patch.kind === "delete") return [changeOf(file, null)];
  const after = patched(file.bytes, { hunks: patch.hunks, shown: file.shown });
  const target = patch.moveTo === null ? undefined : files.get(patch.moveTo);
  if (!target) return [changeOf(file, after)];
  if (target.bytes) {
    throw new ToolError("tool_failed", `${target.shown} is there already: choose another name; nothing was changed`);
  }
  return [changeOf({ ...target, mode: file.mode }, after), changeOf(file, null)];
}

function changeOf(file: WorkspaceFile, after: Uint8Array | null): PlannedChange {
  return { ...file, before: file.bytes, after };
}

function patched(bytes: Uint8Array, { hunks, shown }: { hunks: Hunk[]; shown: string }): Uint8Array {
  const file = decodeText(bytes);
  if (!file || file.isLossy) {
    throw new ToolError("tool_failed", `${shown} is no valid text file: a patch would damage it; nothing was changed`);
  }
  return encodeText(applyHunks(file.text, { hunks, shown }), file);
}
