// The tool `run_command`: starts a granted program, without a shell unless one is asked for.
import type { Settings } from "../config.ts";
import type { Json, JsonObject } from "../json.ts";
import type { ProgramResult, Programs } from "../programs.ts";
import type { Tool, ToolContext } from "../tool.ts";
import { asData } from "./as_data.ts";
import { type Command, readCommand } from "./command_input.ts";
import { cutNote, MOST_OUTPUT_BYTES, startProgram } from "./start_program.ts";
import { ToolError } from "./tool_error.ts";
import { optionalCount, optionalText } from "./tool_input.ts";
import { workspacePath } from "./workspace_path.ts";

const DEFAULT_TIME_LIMIT_MS = 120_000;
const LONGEST_TIME_LIMIT_MS = 600_000;

/** Its value: `{ stdout, stderr, exitCode, timedOut, isTruncated }`; a program that fails is a result, not an error. */
export function runCommandTool({ settings, programs }: { settings: Settings; programs: Programs }): Tool {
  return {
    name: "run_command",
    description:
      "Run a program in the workspace and get its exit code and output. No shell: pipes, && and redirections need shell: true.",
    schema: {
      type: "object",
      properties: {
        command: { type: "string", description: "Program with arguments, such as `npm test`" },
        args: { type: "array", items: { type: "string" }, description: "Arguments, when command is the program alone" },
        cwd: { type: "string", description: "Folder, relative to the workspace" },
        timeout_ms: { type: "integer", description: "Default 120000, at most 600000" },
        shell: { type: "boolean", description: "Run the line with sh -c" },
      },
      required: ["command"],
    },
    access: "run",
    isConcurrent: false,
    async call(input, context) {
      const place = await workspacePath(optionalText(input, "cwd") ?? ".", { root: context.root, home: settings.home });
      const command = await readCommand(input, { cwd: place.real, root: context.root, home: settings.home });
      await permit(command, { settings, programs, context, cwd: place.real });
      await context.onPermitted?.();
      const timeoutMs = timeLimit(input);
      const request = {
        program: command.program,
        args: command.args,
        cwd: place.real,
        timeoutMs,
        writable: [context.root],
      };
      const result = await startProgram(programs, request, context);
      const cut = context.isScript ? cutNote(oneLine(command.line), result) : undefined;
      return { content: shown(command, result, timeoutMs), value: programValue(result), ...(cut ? { cut } : {}) };
    },
  };
}

interface Permitting {
  settings: Settings;
  programs: Programs;
  context: ToolContext;
  cwd: string;
}

/** Throws ToolError `denied` unless the program is granted, or the user allows this call. */
async function permit(command: Command, { settings, programs, context, cwd }: Permitting): Promise<void> {
  const { run, approve } = settings.grants;
  if (run.includes("*") || run.includes(command.name)) return;
  if (!approve.includes("run")) throw notGranted(command.name, run);
  const confinement = await programs.confinement();
  const isAllowed = await context.approve({
    tool: "run_command",
    access: "run",
    action: `run ${oneLine(command.line)}`,
    detail: [
      command.line,
      `in ${cwd}`,
      confinement ?? "Nothing confines the command: it can do everything that your user account can",
    ].join("\n"),
    scope: `run ${command.name}`,
  });
  if (!isAllowed) {
    throw new ToolError("denied", `The command was not allowed: ${oneLine(command.line)}. Go on without it`);
  }
}

function notGranted(name: string, granted: string[]): ToolError {
  const others = granted.length === 0 ? "no program is granted" : `granted are ${granted.join(", ")}`;
  const hint = name === "git" ? "; the tool git reads a repository without a grant" : "";
  return new ToolError(
    "denied",
    `${name} may not be started: ${others}${hint}. The user can grant it with --allow-run=${name}; go on without it`,
  );
}

function timeLimit(input: JsonObject): number {
  const given = optionalCount(input, { name: "timeout_ms", least: 1 }) ??
    optionalCount(input, { name: "timeout", least: 1 });
  return Math.min(given ?? DEFAULT_TIME_LIMIT_MS, LONGEST_TIME_LIMIT_MS);
}

/** The exit code first: a model must not take the output of a failure for a success. */
function shown(command: Command, result: ProgramResult, timeoutMs: number): string {
  const parts = [ending(result, timeoutMs)];
  for (const name of ["stdout", "stderr"] as const) {
    if (result[name].trim() !== "") parts.push(asData(`${name} of ${oneLine(command.line)}`, result[name]));
  }
  if (parts.length === 1) parts.push("(no output)");
  if (result.isTruncated) parts.push(`The output was cut in its middle to ${MOST_OUTPUT_BYTES / 1000} kB`);
  return parts.join("\n");
}

function ending(result: ProgramResult, timeoutMs: number): string {
  if (result.isTimedOut) {
    return `Ended by the time limit of ${timeoutMs / 1000} s: give a longer timeout_ms, or do less at once`;
  }
  return result.exitCode === null ? "Ended by a signal" : `Exit code ${result.exitCode}`;
}

function programValue({ stdout, stderr, exitCode, isTimedOut, isTruncated }: ProgramResult): Json {
  return { stdout, stderr, exitCode, timedOut: isTimedOut, isTruncated };
}

function oneLine(line: string): string {
  const text = line.replace(/\s+/g, " ");
  return text.length > 120 ? `${text.slice(0, 120)}…` : text;
}
