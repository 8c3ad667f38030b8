// The one error that a tool throws on purpose.
import type { ToolResult } from "../tool.ts";

/** What the caller, a model or a script, can act on: `message` says what was tried, what was found and what to do, without a final period. */
export class ToolError extends Error {
  override readonly name = "ToolError";
  readonly code: NonNullable<ToolResult["code"]>;

  constructor(code: NonNullable<ToolResult["code"]>, message: string) {
    super(message);
    this.code = code;
  }
}
