// list_files: what lies in one folder.
import type { Json, JsonObject } from "../json.ts";
import type { Tool, ToolContext } from "../tool.ts";
import { fittingLines } from "./bounded_text.ts";
import { ToolError } from "./tool_error.ts";
import { optionalText } from "./tool_input.ts";
import { workspacePath } from "./workspace_path.ts";

/** A folder with more is a case for glob. */
const MOST_ENTRIES = 10_000;

export function listFilesTool({ home }: { home: string }): Tool {
  return {
    name: "list_files",
    description: "List one folder of the workspace; folders end with `/`.",
    schema: { type: "object", properties: { path: { type: "string", description: "Default: the workspace." } } },
    access: "read",
    isConcurrent: true,
    call: (input, context) => listFiles(input, { home, context }),
  };
}

async function listFiles(
  input: JsonObject,
  { home, context }: { home: string; context: ToolContext },
): Promise<{ content: string; value: Json; cut?: string }> {
  const { real, shown } = await workspacePath(optionalText(input, "path") ?? ".", { root: context.root, home });
  const names: string[] = [];
  try {
    for await (const { name, isDirectory, isSymlink } of Deno.readDir(real)) {
      names.push(isDirectory ? `${name}/` : isSymlink ? `${name}@` : name);
    }
  } catch (thrown) {
    if (thrown instanceof Deno.errors.NotFound) {
      throw new ToolError(
        "tool_failed",
        `There is no folder ${shown}: look for it with glob, or list the folder above`,
      );
    }
    if (thrown instanceof Deno.errors.NotADirectory) {
      throw new ToolError("usage", `${shown} is a file: read it with read_file`);
    }
    throw thrown;
  }
  const sorted = names.sort().slice(0, MOST_ENTRIES);
  const lines = fittingLines(sorted);
  const hidden = names.length - lines.length;
  const more = hidden > 0 ? `\n[${hidden} more: narrow it with glob]` : "";
  const content = names.length === 0 ? `${shown || "."} is empty` : lines.join("\n") + more;
  const cut = names.length > sorted.length
    ? { cut: `list_files gives ${sorted.length} of the ${names.length} entries of ${shown || "the workspace"}` }
    : {};
  return { content, ...cut, value: sorted.map((name) => name.replace(/@$/, "")) };
}
