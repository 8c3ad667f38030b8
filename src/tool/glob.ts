// glob: the files whose paths match a pattern.
import type { Json, JsonObject } from "../json.ts";
import type { Tool, ToolContext } from "../tool.ts";
import { fittingLines } from "./bounded_text.ts";
import { globPattern } from "./glob_pattern.ts";
import { searchRoot, walkedFiles } from "./search_root.ts";
import { optionalText, requiredText } from "./tool_input.ts";

/** What a script gets at most. */
const MOST_PATHS = 100_000;
/** What a model sees at most. */
const MOST_SHOWN = 1000;

export function globTool({ home }: { home: string }): Tool {
  return {
    name: "glob",
    description: "Find files by pattern, such as `src/**/*.{ts,js}`; without those that .gitignore names.",
    schema: {
      type: "object",
      properties: {
        pattern: { type: "string" },
        path: { type: "string", description: "Folder to search. Default: the workspace." },
      },
      required: ["pattern"],
    },
    access: "read",
    isConcurrent: true,
    call: (input, context) => findFiles(input, { home, context }),
  };
}

async function findFiles(
  input: JsonObject,
  { home, context }: { home: string; context: ToolContext },
): Promise<{ content: string; value: Json; cut?: string }> {
  const start = await searchRoot(optionalText(input, "path"), { home, context });
  const glob = requiredText(input, "pattern");
  // A pattern may repeat the root as an absolute path.
  const pattern = globPattern(glob.startsWith(`${start.root}/`) ? glob.slice(start.root.length + 1) : glob);
  const prefix = start.from === "" ? 0 : start.from.length + 1;
  const found: string[] = [];
  for await (const files of walkedFiles(start, context.signal)) {
    for (const file of files) if (pattern.matches(file.slice(prefix))) found.push(file);
    if (found.length >= MOST_PATHS) break;
  }
  const cut = found.length < MOST_PATHS
    ? {}
    : { cut: `glob ${glob} gives the first ${MOST_PATHS} files, and there may be more` };
  return { content: shown(found, glob), value: found.slice(0, MOST_PATHS), ...cut };
}

function shown(found: string[], glob: string): string {
  if (found.length === 0) return `No file matches ${glob}`;
  const lines = fittingLines(found.slice(0, MOST_SHOWN));
  const hidden = found.length - lines.length;
  return lines.join("\n") + (hidden > 0 ? `\n[${hidden} more: use a narrower pattern]` : "");
}
