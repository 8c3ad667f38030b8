// What an interrupted run may have left half done: its agents that had used tools of consequence and never ended.
import type { Json } from "../json.ts";
import { namedList } from "../lib/named_list.ts";
import type { Step, StepToolCall } from "../run.ts";
import type { Store } from "../store.ts";
import type { ToolAccess } from "../tool.ts";

const OF_CONSEQUENCE: readonly ToolAccess[] = ["write", "run", "mcp"];
const TARGET_CHARS = 80;
/** The member of a tool's input that says what it works on. */
const TARGETS = ["path", "file_path", "command", "args", "url"];

/** One sentence for each such agent. To be asked before the run has an owner again. */
export async function interruptedWork(store: Store, runId: string): Promise<string[]> {
  // Most runs use no tools, and reading all steps of a large one takes time.
  const used = await store.events(runId, { after: 0, limit: 1, types: ["tool_started"] });
  if (used.length === 0) return [];
  const steps = (await store.steps(runId)).filter(({ status }) => status === "interrupted");
  return steps.flatMap(sentence);
}

function sentence({ label, id, toolCalls, worktree }: Step): string[] {
  const calls = toolCalls.filter(({ access }) => OF_CONSEQUENCE.includes(access));
  if (calls.length === 0) return [];
  const named = [...new Set(calls.map(toolText))];
  const where = worktree ? ` in the worktree ${worktree.root}, which odw worktrees lists` : "";
  return [
    `${label ?? id} was interrupted after it had used ${namedList(named)}${where}: ` +
    "it runs again from its beginning; check what it left",
  ];
}

function toolText({ name, input, isError }: StepToolCall): string {
  const target = targetOf(input);
  const state = isError === null ? " (not ended)" : isError ? " (failed)" : "";
  return `${name}${target ? ` ${target}` : ""}${state}`;
}

function targetOf(input: Json): string {
  if (typeof input !== "object" || input === null || Array.isArray(input)) return "";
  const value = TARGETS.map((name) => input[name]).find((found) => found !== undefined && found !== null);
  if (value === undefined) return "";
  const text = typeof value === "string" ? value : Array.isArray(value) ? value.join(" ") : JSON.stringify(value);
  return text.length > TARGET_CHARS ? `${text.slice(0, TARGET_CHARS - 1)}…` : text;
}
