// Starts a program for a tool: failures of the start become errors that a model can act on.
import { OdwError } from "../errors.ts";
import type { ProgramRequest, ProgramResult, Programs } from "../programs.ts";
import { ToolError } from "./tool_error.ts";

/** Of stdout and stderr each. */
export const MOST_OUTPUT_BYTES = 30_000;

/** Throws ToolError where the program cannot be started; a program that fails is a result. */
export async function startProgram(
  programs: Programs,
  request: Omit<ProgramRequest, "maxOutputBytes">,
  signal: AbortSignal,
): Promise<ProgramResult> {
  try {
    return await programs.run({ ...request, maxOutputBytes: MOST_OUTPUT_BYTES }, signal);
  } catch (thrown) {
    signal.throwIfAborted();
    if (!(thrown instanceof OdwError)) throw thrown;
    throw new ToolError(thrown.code === "denied" ? "denied" : "tool_failed", thrown.message);
  }
}
