// grep: the lines of the workspace's files that match a regular expression.
import type { Json, JsonObject } from "../json.ts";
import type { Tool, ToolContext } from "../tool.ts";
import { EngineTurns } from "./engine_turns.ts";
import { type FileMatches, LineSearch } from "./line_search.ts";
import { type GlobPattern, globPattern } from "./glob_pattern.ts";
import { type GrepMode, shownMatches } from "./grep_result.ts";
import { linePattern } from "./line_pattern.ts";
import { type SearchRoot, searchRoot, walkedFiles } from "./search_root.ts";
import { ToolError } from "./tool_error.ts";
import { optionalCount, optionalFlag, optionalText, requiredText } from "./tool_input.ts";

const MODES: readonly string[] = ["content", "files_with_matches", "count"] satisfies GrepMode[];
/** Matching lines at most, or matching files where only those are asked for. */
const MOST_MATCHES = 10_000;
const MOST_CONTEXT = 20;

export function grepTool({ home }: { home: string }): Tool {
  return {
    name: "grep",
    description:
      "Search file contents line by line with an RE2 regular expression; skips binary files and what .gitignore names.",
    schema: {
      type: "object",
      properties: {
        pattern: { type: "string" },
        path: { type: "string", description: "File or folder. Default: the workspace." },
        glob: { type: "string", description: "Files to search, such as `*.ts`." },
        ignore_case: { type: "boolean" },
        context: { type: "integer", minimum: 0, description: "Lines around each match." },
        output_mode: { enum: [...MODES] },
      },
      required: ["pattern"],
    },
    access: "read",
    isConcurrent: true,
    call: (input, context) => grep(input, { home, context }),
  };
}

async function grep(
  input: JsonObject,
  { home, context }: { home: string; context: ToolContext },
): Promise<{ content: string; value: Json; cut?: string }> {
  const pattern = requiredText(input, "pattern");
  const mode = modeOf(input);
  const around = Math.min(optionalCount(input, { name: "context", least: 0 }) ?? 0, MOST_CONTEXT);
  const most = Math.min(optionalCount(input, { name: "limit", least: 1 }) ?? MOST_MATCHES, MOST_MATCHES);
  const lines = await linePattern(pattern, { ignoreCase: optionalFlag(input, "ignore_case") });
  const start = await searchRoot(optionalText(input, "path"), { home, context });
  const filter = fileFilter(optionalText(input, "glob"), start);
  const turns = new EngineTurns(context.signal);
  const search = new LineSearch(lines, {
    turns,
    around: mode === "content" ? around : 0,
    firstOnly: mode === "files_with_matches",
  });
  const found: FileMatches[] = [];
  let count = 0;
  for await (const file of candidates(start, { filter, turns, signal: context.signal })) {
    const matches = await search.file(`${start.root}/${file}`, { path: file, most: most - count });
    if (!matches) continue;
    found.push(matches);
    count += mode === "content" ? matches.count : 1;
    if (count >= most) break;
  }
  const isCut = count >= most;
  // A limit that the script gave itself is no cut.
  const cut = isCut && most === MOST_MATCHES ? { cut: `grep ${pattern} gives the first ${most} matches` } : {};
  return { ...shownMatches(found, { mode, pattern, isCut, around }), ...cut };
}

async function* candidates(
  start: SearchRoot,
  { filter, turns, signal }: { filter: (path: string) => boolean; turns: EngineTurns; signal: AbortSignal },
): AsyncGenerator<string> {
  for await (const files of walkedFiles(start, signal)) {
    for (const file of files) {
      if (filter(file)) yield file;
      if (turns.isOver) await turns.pass();
    }
  }
}

/** A glob without a slash is one of the file's name, wherever it lies. */
function fileFilter(glob: string | undefined, start: SearchRoot): (path: string) => boolean {
  if (glob === undefined || glob === "") return () => true;
  const inside: GlobPattern = globPattern(glob.includes("/") ? glob : `**/${glob}`);
  const prefix = start.from === "" || start.isFile ? 0 : start.from.length + 1;
  return (path) => inside.matches(path.slice(prefix)) || (prefix > 0 && inside.matches(path));
}

function modeOf(input: JsonObject): GrepMode {
  const mode = optionalText(input, "output_mode") ?? "content";
  if (MODES.includes(mode)) return mode as GrepMode;
  throw new ToolError("usage", `\`output_mode\` must be one of ${MODES.join(", ")}, found ${JSON.stringify(mode)}`);
}
