// Starts a program for a tool: failures of the start become errors that a model can act on.
import { OdwError } from "../errors.ts";
import type { ProgramRequest, ProgramResult, Programs } from "../programs.ts";
import type { ToolContext } from "../tool.ts";
import { ToolError } from "./tool_error.ts";

/** Of stdout and stderr each: what a model reads. */
export const MOST_OUTPUT_BYTES = 30_000;
/** What a script gets, well inside the memory of its realm; all of it is recorded. */
export const MOST_SCRIPT_OUTPUT_BYTES = 8_000_000;

/** Throws ToolError where the program cannot be started; a program that fails is a result. */
export async function startProgram(
  programs: Programs,
  request: Omit<ProgramRequest, "maxOutputBytes">,
  { signal, isScript = false }: Pick<ToolContext, "signal" | "isScript">,
): Promise<ProgramResult> {
  const maxOutputBytes = isScript ? MOST_SCRIPT_OUTPUT_BYTES : MOST_OUTPUT_BYTES;
  try {
    return await programs.run({ ...request, maxOutputBytes }, signal);
  } catch (thrown) {
    signal.throwIfAborted();
    if (!(thrown instanceof OdwError)) throw thrown;
    throw new ToolError(thrown.code === "denied" ? "denied" : "tool_failed", thrown.message);
  }
}

/** For the user, where a script's call was cut; undefined: it was not. */
export function cutNote(name: string, { isTruncated }: ProgramResult): string | undefined {
  if (!isTruncated) return undefined;
  const most = `${MOST_SCRIPT_OUTPUT_BYTES / 1e6} MB`;
  return `${name} printed more than ${most}: the middle is left out, and its value says isTruncated`;
}
