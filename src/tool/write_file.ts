// write_file: a whole file.
import type { JsonObject } from "../json.ts";
import type { Tool, ToolContext } from "../tool.ts";
import { counted } from "./bounded_text.ts";
import { changeFiles, type ToolAnswer, type WriteParts } from "./file_changes.ts";
import { linesOf } from "./text_file.ts";
import { requiredText } from "./tool_input.ts";

export function writeFileTool(parts: WriteParts): Tool {
  return {
    name: "write_file",
    description: "Write a file, replacing what is there; folders are created.",
    schema: {
      type: "object",
      properties: { path: { type: "string" }, content: { type: "string" } },
      required: ["path", "content"],
    },
    access: "write",
    isConcurrent: false,
    call: (input, context) => writeFile(input, { parts, context }),
  };
}

async function writeFile(
  input: JsonObject,
  { parts, context }: { parts: WriteParts; context: ToolContext },
): Promise<ToolAnswer> {
  const content = requiredText(input, "content");
  const after = new TextEncoder().encode(content);
  const [change] = await changeFiles(parts, {
    tool: "write_file",
    paths: [requiredText(input, "path")],
    context,
    plan: (files) => files.map(({ bytes, ...file }) => ({ ...file, before: bytes, after })),
  });
  const { shown, before } = change!;
  return {
    content: `${before ? "Replaced" : "Created"} ${shown}: ${counted(linesOf(content).length, "line")}`,
    value: shown,
  };
}
