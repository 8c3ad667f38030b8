// read_file: a text file with line numbers for a model, verbatim for a script.
import type { Json, JsonObject } from "../json.ts";
import type { Tool, ToolContext } from "../tool.ts";
import { asData } from "./as_data.ts";
import { fittingLines, shownLine } from "./bounded_text.ts";
import { type LineRange, readLineRange } from "./line_range.ts";
import { decodeText, linesOf, type TextFile } from "./text_file.ts";
import { ToolError } from "./tool_error.ts";
import { optionalCount, requiredText } from "./tool_input.ts";
import { type WorkspacePath, workspacePath } from "./workspace_path.ts";

const DEFAULT_LINES = 2000;
/** Above this a file is read in ranges only. */
const MOST_BYTES = 10 * 2 ** 20;

export function readFileTool({ home }: { home: string }): Tool {
  return {
    name: "read_file",
    description:
      `Read a text file: numbered lines, ${DEFAULT_LINES} from \`offset\` (first line: 1) at most unless \`limit\` is given.`,
    schema: {
      type: "object",
      properties: {
        path: { type: "string" },
        offset: { type: "integer", minimum: 1 },
        limit: { type: "integer", minimum: 1 },
      },
      required: ["path"],
    },
    access: "read",
    isConcurrent: true,
    call: (input, context) => readFile(input, { home, context }),
  };
}

async function readFile(
  input: JsonObject,
  { home, context }: { home: string; context: ToolContext },
): Promise<{ content: string; value: Json }> {
  const path = await workspacePath(requiredText(input, "path"), { root: context.root, home });
  // Some models count from 0.
  const offset = Math.max(1, optionalCount(input, { name: "offset", least: 0 }) ?? 1);
  const limit = optionalCount(input, { name: "limit", least: 1 });
  const isRange = limit !== undefined || offset > 1;
  const size = await sizeOf(path);
  if (size > MOST_BYTES) {
    if (!isRange) throw tooLarge(path, size);
    const range = await readLineRange(path.real, { offset, limit: limit ?? DEFAULT_LINES, signal: context.signal });
    if (!range) throw binary(path, size);
    return { content: numbered(range, { offset, path }), value: range.lines.join("\n") };
  }
  const file = decodeText(await Deno.readFile(path.real));
  if (!file) throw binary(path, size);
  const all = linesOf(file.text);
  const lines = all.slice(offset - 1, offset - 1 + (limit ?? DEFAULT_LINES));
  const content = note(file) + numbered({ lines, total: all.length }, { offset, path });
  return { content, value: isRange ? lines.join("\n") : file.text };
}

/** Throws the errors that a model can mend: nothing there, or a folder. */
async function sizeOf({ real, shown }: WorkspacePath): Promise<number> {
  const info = await Deno.stat(real).catch((thrown) => {
    if (!(thrown instanceof Deno.errors.NotFound)) throw thrown;
    throw new ToolError("tool_failed", `There is no file ${shown}: look for it with glob or list_files`);
  });
  if (info.isDirectory) {
    throw new ToolError("usage", `${shown || "."} is a folder: list it with list_files, or name a file in it`);
  }
  if (!info.isFile) throw new ToolError("denied", `${shown} is no regular file: only files can be read`);
  return info.size;
}

function numbered({ lines, total }: LineRange, { offset, path }: { offset: number; path: WorkspacePath }): string {
  if (total === 0) return `${path.shown} is empty`;
  if (lines.length === 0) return `${path.shown} has ${total} lines: \`offset\` ${offset} lies behind its end`;
  const shown = fittingLines(lines.map((line, index) => `${offset + index}\t${shownLine(line)}`));
  const text = asData(path.shown, shown.join("\n"));
  const last = offset + shown.length - 1;
  if (total !== null && last >= total) return text;
  const rest = total === null ? "more lines" : `${total - last} more lines`;
  return `${text}\n[${rest}: read on with offset ${last + 1}]`;
}

function note(file: TextFile): string {
  return file.isLossy ? "[not valid UTF-8: what could not be decoded is shown as \uFFFD]\n" : "";
}

function tooLarge({ shown }: WorkspacePath, size: number): ToolError {
  const mib = Math.ceil(size / 2 ** 20);
  return new ToolError(
    "usage",
    `${shown} has ${mib} MiB: read a range with \`offset\` and \`limit\`, or search it with grep`,
  );
}

function binary({ shown }: WorkspacePath, size: number): ToolError {
  return new ToolError("tool_failed", `${shown} is binary (${size} bytes): only text can be read`);
}
