// edit_file: replaces exact texts of a file.
import { isJsonObject, type JsonObject } from "../json.ts";
import type { Tool, ToolContext } from "../tool.ts";
import { counted } from "./bounded_text.ts";
import { changeFiles, type ToolAnswer, type WorkspaceFile, type WriteParts } from "./file_changes.ts";
import { decodeText, encodeText } from "./text_file.ts";
import { type Edit, replaceTexts } from "./text_edit.ts";
import { ToolError } from "./tool_error.ts";
import { field, optionalFlag, requiredText } from "./tool_input.ts";

const EDIT = {
  old_string: { type: "string", description: "Exact text, found once." },
  new_string: { type: "string" },
  replace_all: { type: "boolean" },
};

export function editFileTool(parts: WriteParts): Tool {
  return {
    name: "edit_file",
    description: "Replace an exact text of a file, without line numbers; or several in turn, as `edits`.",
    schema: {
      type: "object",
      properties: {
        path: { type: "string" },
        ...EDIT,
        edits: {
          type: "array",
          items: {
            type: "object",
            properties: {
              old_string: { type: "string" },
              new_string: { type: "string" },
              replace_all: { type: "boolean" },
            },
            required: ["old_string", "new_string"],
          },
        },
      },
      required: ["path"],
    },
    access: "write",
    isConcurrent: false,
    call: (input, context) => editFile(input, { parts, context }),
  };
}

async function editFile(
  input: JsonObject,
  { parts, context }: { parts: WriteParts; context: ToolContext },
): Promise<ToolAnswer> {
  const edits = editsOf(input);
  let lines: number[] = [];
  const [change] = await changeFiles(parts, {
    tool: "edit_file",
    paths: [requiredText(input, "path")],
    context,
    plan: (files) =>
      files.map((file) => {
        const edited = editedFile(file, edits);
        lines = edited.lines;
        return { ...file, before: file.bytes, after: edited.bytes };
      }),
  });
  const { shown, before } = change!;
  const where = lines.length > 10 ? `${lines.slice(0, 10).join(", ")}, …` : lines.join(", ");
  const done = `${counted(lines.length, "replacement")} (line ${where})`;
  return {
    content: before ? `Edited ${shown}: ${done}` : `Created ${shown}`,
    value: { path: shown, replacements: lines.length },
  };
}

function editsOf(input: JsonObject): Edit[] {
  const edits = field(input, "edits");
  if (edits === undefined) return [editOf(input)];
  if (Array.isArray(edits) && edits.length > 0 && edits.every(isJsonObject)) return edits.map(editOf);
  throw new ToolError("usage", "`edits` must be a list of { old_string, new_string }, with at least one of them");
}

function editOf(input: JsonObject): Edit {
  const edit: Edit = {
    old: requiredText(input, "old_string"),
    next: requiredText(input, "new_string"),
    all: optionalFlag(input, "replace_all"),
  };
  if (edit.old === edit.next) {
    throw new ToolError("usage", "`old_string` and `new_string` are the same: nothing to change");
  }
  return edit;
}

function editedFile({ bytes, shown }: WorkspaceFile, edits: Edit[]): { bytes: Uint8Array; lines: number[] } {
  const [first] = edits;
  if (bytes === null) {
    if (first?.old === "" && edits.length === 1) return { bytes: new TextEncoder().encode(first.next), lines: [1] };
    throw new ToolError(
      "tool_failed",
      `There is no file ${shown}: look for it with glob, or create it with write_file`,
    );
  }
  const file = decodeText(bytes);
  if (!file) throw new ToolError("tool_failed", `${shown} is binary: only text can be edited`);
  if (file.isLossy) {
    throw new ToolError(
      "tool_failed",
      `${shown} is not valid UTF-8, and an edit would damage it: change it with a command`,
    );
  }
  const { text, lines } = replaceTexts(file.text, { edits, shown });
  return { bytes: encodeText(text, file), lines };
}
