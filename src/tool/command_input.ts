// Reads what a model or a script wants to have run: a line, words, or a line for the shell.
import { relative, resolve } from "node:path";
import type { Json, JsonObject } from "../json.ts";
import { commandWords } from "./command_words.ts";
import { ToolError } from "./tool_error.ts";
import { field, optionalFlag } from "./tool_input.ts";
import { workspacePath } from "./workspace_path.ts";

export interface Command {
  /** By which it is granted: a bare name, an absolute path, or `./path` from the root. */
  name: string;
  /** A bare name or an absolute path. */
  program: string;
  args: string[];
  /** As a person would type it. */
  line: string;
}

/** Throws ToolError for a line that cannot be split, or that only a shell understands. */
export async function readCommand(
  input: JsonObject,
  at: { cwd: string; root: string; home: string },
): Promise<Command> {
  const command = field(input, "command") ?? field(input, "cmd");
  if (optionalFlag(input, "shell")) return shellCommand(command);
  const words = [...commandParts(command, input), ...textList(field(input, "args") ?? [], "args")];
  const [written, ...args] = words;
  if (!written) {
    throw new ToolError("usage", "`command` is empty: give a program and its arguments, such as `npm test`");
  }
  const line = words.map(quoted).join(" ");
  if (!/[/\\]/.test(written)) return { name: written, program: written, args, line };
  const { name, program } = await programPath(written, at);
  return { name, program, args, line };
}

/** Throws ToolError unless it is a list of texts. */
export function textList(value: Json, name: string): string[] {
  if (Array.isArray(value) && value.every((item) => typeof item === "string")) return value;
  throw new ToolError("usage", `\`${name}\` must be a list of texts, found ${JSON.stringify(value).slice(0, 80)}`);
}

function commandParts(command: Json | undefined, input: JsonObject): string[] {
  if (Array.isArray(command)) return textList(command, "command");
  if (typeof command !== "string") throw new ToolError("usage", "`command` must be given as text");
  if (field(input, "args") !== undefined) return [command.trim()];
  const parts = split(command);
  const first = parts[0] ?? "";
  if (/^[A-Za-z_]\w*=/.test(first)) {
    throw new ToolError("usage", `Only a shell sets variables as in ${first}: leave it out, or give shell: true`);
  }
  return parts;
}

function split(line: string): string[] {
  try {
    const parts = commandWords(line);
    if ("words" in parts) return parts.words;
    throw new ToolError(
      "usage",
      `Without a shell ${parts.operator} means nothing: quote it, run one command at a time, or give shell: true (which needs the grant of sh)`,
    );
  } catch (thrown) {
    if (!(thrown instanceof SyntaxError)) throw thrown;
    throw new ToolError(
      "usage",
      `The command line cannot be split into words: ${thrown.message}. Close it, or give args as a list`,
    );
  }
}

function shellCommand(command: Json | undefined): Command {
  if (typeof command !== "string" || command.trim() === "") {
    throw new ToolError("usage", "`command` must be given as text: with shell: true it is the line for the shell");
  }
  if (Deno.build.os === "windows") {
    return { name: "cmd", program: "cmd", args: ["/d", "/s", "/c", command], line: command };
  }
  return { name: "sh", program: "sh", args: ["-c", command], line: `sh -c ${quoted(command)}` };
}

/** A path counts by itself: a script of the workspace is never granted by the name of a program in PATH. */
async function programPath(
  written: string,
  at: { cwd: string; root: string; home: string },
): Promise<{ name: string; program: string }> {
  if (/^(?:[/\\]|[A-Za-z]:[/\\])/.test(written)) return { name: resolve(written), program: resolve(written) };
  const { real, realRoot } = await workspacePath(resolve(at.cwd, written), at);
  const path = relative(realRoot, real).replaceAll("\\", "/");
  // From the root as the run knows it: the terminal ring compares it with the grant, without looking at the disk.
  return { name: `./${path}`, program: resolve(at.root, path) };
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
