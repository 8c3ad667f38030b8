// The tool `git`: reading a repository is free, everything else needs the grant of git.
import type { Settings } from "../config.ts";
import { GIT_SETTINGS_ARGS, gitAccess, repositoryObjection } from "../git_access.ts";
import type { Json, JsonObject } from "../json.ts";
import type { ProgramResult, Programs } from "../programs.ts";
import type { Tool, ToolContext } from "../tool.ts";
import { asData } from "./as_data.ts";
import { textList } from "./command_input.ts";
import { commandWords } from "./command_words.ts";
import { cutNote, startProgram } from "./start_program.ts";
import { ToolError } from "./tool_error.ts";
import { field } from "./tool_input.ts";

const TIME_LIMIT_MS = 120_000;

/** Its value: `{ stdout, stderr, exitCode, isTruncated }`; a git that fails is a result, not an error. */
export function gitTool({ settings, programs }: { settings: Settings; programs: Programs }): Tool {
  const isGranted = settings.grants.run.includes("*") || settings.grants.run.includes("git");
  return {
    name: "git",
    description:
      "Run git in the workspace. Reading (status, log, diff, show, blame, grep and more) is free; the rest needs a grant.",
    schema: {
      type: "object",
      properties: {
        args: { type: "array", items: { type: "string" }, description: 'What follows `git`: ["log", "-5"]' },
      },
      required: ["args"],
    },
    access: "read",
    isConcurrent: !isGranted && !settings.grants.approve.includes("run"),
    async call(input, context) {
      const args = gitArgs(input);
      if (!isGranted) {
        const why = await objection(args, programs, context);
        if (why !== null) await ask(args, why, { settings, programs, context });
      }
      if (gitAccess(args).access === "run") await context.onPermitted?.();
      const result = await startGit(args, programs, context);
      const cut = context.isScript ? cutNote(`git ${args[0]}`, result) : undefined;
      return { content: shown(args, result), value: gitValue(result), ...(cut ? { cut } : {}) };
    },
  };
}

/** Why this call needs the grant; null: it only reads, in a repository that starts nothing by itself. */
async function objection(args: string[], programs: Programs, context: ToolContext): Promise<string | null> {
  const access = gitAccess(args);
  if (access.access === "run") return access.why;
  if (args[0] === "--version" || args[0] === "version") return null;
  const listing = await startGit([...GIT_SETTINGS_ARGS], programs, context);
  // Outside a repository git's own words are clearer, but it must not be asked to compare any two files there.
  const found = listing.exitCode === 0 ? repositoryObjection(listing.stdout) : listing.stderr.trim();
  if (found?.includes("not in a git repository")) {
    throw new ToolError(
      "tool_failed",
      `git ${args[0]}: ${context.root} is not in a git repository: use the file tools instead`,
    );
  }
  return found;
}

/** Throws ToolError `denied` unless the user allows the call. */
async function ask(
  args: string[],
  why: string,
  { settings, programs, context }: { settings: Settings; programs: Programs; context: ToolContext },
): Promise<void> {
  if (!settings.grants.approve.includes("run")) {
    throw new ToolError("denied", `${why}. The user can grant it with --allow-run=git; go on without it`);
  }
  const line = `git ${args.join(" ")}`;
  const confinement = await programs.confinement();
  const isAllowed = await context.approve({
    tool: "git",
    access: "run",
    action: `run ${line.length > 120 ? `${line.slice(0, 120)}…` : line}`,
    detail: [
      line,
      `in ${context.root}`,
      confinement ?? "Nothing confines the command: it can do everything that your user account can",
    ].join("\n"),
    scope: "run git",
  });
  if (!isAllowed) throw new ToolError("denied", `${line} was not allowed. Go on without it`);
}

async function startGit(args: string[], programs: Programs, context: ToolContext): Promise<ProgramResult> {
  const request = { program: "git", args, cwd: context.root, timeoutMs: TIME_LIMIT_MS, writable: [context.root] };
  return await startProgram(programs, request, context);
}

/** Scripts give a text or a list; models repeat the word `git` now and then. */
function gitArgs(input: JsonObject): string[] {
  const given = field(input, "args") ?? field(input, "command") ?? [];
  const args = typeof given === "string" ? split(given) : textList(given, "args");
  const rest = args[0] === "git" ? args.slice(1) : args;
  if (rest.length === 0) {
    throw new ToolError("usage", '`args` is empty: give what follows git, such as ["status", "--short"]');
  }
  return rest;
}

function split(line: string): string[] {
  try {
    const parts = commandWords(line, (sign) => "*?()~".includes(sign));
    if ("words" in parts) return parts.words;
    throw new ToolError(
      "usage",
      `${parts.operator} is for a shell, and git is started without one: quote it, or call git once for each command`,
    );
  } catch (thrown) {
    if (!(thrown instanceof SyntaxError)) throw thrown;
    throw new ToolError(
      "usage",
      `The arguments of git cannot be split into words: ${thrown.message}. Give them as a list`,
    );
  }
}

function shown(args: string[], result: ProgramResult): string {
  const parts = [
    result.isTimedOut ? `Ended by the time limit of ${TIME_LIMIT_MS / 1000} s` : `Exit code ${result.exitCode}`,
  ];
  if (result.stdout.trim() !== "") parts.push(asData(`git ${args[0]}`, result.stdout));
  if (result.stderr.trim() !== "") parts.push(asData(`stderr of git ${args[0]}`, result.stderr));
  if (parts.length === 1) parts.push("(no output)");
  if (result.isTruncated) parts.push("The output was cut in its middle: narrow it with paths, -n or --stat");
  return parts.join("\n");
}

function gitValue({ stdout, stderr, exitCode, isTruncated }: ProgramResult): Json {
  return { stdout, stderr, exitCode, isTruncated };
}
