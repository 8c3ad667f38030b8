// The answer to tool calls of a model that was offered no tools.
import type { ToolCall } from "../provider.ts";
import type { ToolMessage } from "./turns.ts";

/** An error result for each call, so that the model goes on without. */
export function refuseTools(calls: ToolCall[]): Promise<ToolMessage> {
  const results = calls.map(({ id, name }) => ({
    id,
    name,
    content: `There is no tool "${name}" in this call, nor any other: give the result directly`,
    isError: true,
  }));
  return Promise.resolve({ role: "tool", results });
}
