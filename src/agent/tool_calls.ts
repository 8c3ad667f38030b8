// Answers the tool calls of one agent: whatever goes wrong with a call is a result that the model can act on.
import type { AgentWork, ToolUse } from "../agent.ts";
import type { ToolCall } from "../provider.ts";
import type { ToolInfo, ToolResult, Tools } from "../tool.ts";
import type { ToolMessage } from "./turns.ts";
import { unlessAborted } from "./unless_aborted.ts";

export interface ToolCallsOptions {
  tools: Tools;
  /** Those that this agent was offered. */
  offered: ToolInfo[];
  work: AgentWork;
  signal: AbortSignal;
  /** Calls of the step so far: a step that runs again, on another model, goes on counting. */
  count: { calls: number };
  /** Milliseconds of a clock. */
  now: () => number;
}

/** Calls of one message that run at once. */
const AT_ONCE = 8;
/** As often as a call may fail in the same way before the model is told so. */
const SAME_FAILURES = 3;

export class ToolCalls {
  readonly #options: ToolCallsOptions;
  readonly #byName: ReadonlyMap<string, ToolInfo>;
  /** How often a call failed with the same words. */
  readonly #failures = new Map<string, number>();

  constructor(options: ToolCallsOptions) {
    this.#options = options;
    this.#byName = new Map(options.offered.map((tool) => [tool.name, tool]));
  }

  /** Results in the order of the calls. Calls that all only read run beside each other. Rejects with the signal's reason only. */
  async answer(calls: ToolCall[]): Promise<ToolMessage> {
    const isConcurrent = calls.every(({ name }) => this.#find(name)?.isConcurrent ?? true);
    const results: ToolMessage["results"] = [];
    const waiting = calls.map((call, index) => ({ call, index, id: `t${++this.#options.count.calls}` })).values();
    const lane = async () => {
      for (const { call, index, id } of waiting) results[index] = await this.#answerOne(call, id);
    };
    const lanes = Array.from({ length: isConcurrent ? Math.min(AT_ONCE, calls.length) : 1 }, lane);
    const ended = await Promise.allSettled(lanes);
    for (const one of ended) if (one.status === "rejected") throw one.reason;
    return { role: "tool", results };
  }

  async #answerOne(call: ToolCall, id: string): Promise<ToolMessage["results"][number]> {
    this.#options.signal.throwIfAborted();
    const tool = this.#find(call.name);
    const use: ToolUse = { call: id, name: tool?.name ?? call.name, access: tool?.access ?? "read", input: call.input };
    const { content, isError } = await this.#perform(use, tool);
    const told = isError ? content + this.#hint(use, content) : content;
    return { id: call.id, name: call.name, content: told || "(no output)", ...(isError ? { isError } : {}) };
  }

  /** Told as started before it changes anything, and as ended however it ends. */
  async #perform(use: ToolUse, tool: ToolInfo | undefined): Promise<ToolResult> {
    const { work, signal, now } = this.#options;
    let starting: Promise<void> | undefined;
    const start = () => starting ??= work.onToolStarted(use);
    const startedMs = now();
    let result = fault("The call was stopped");
    if (use.access === "read") start().catch(() => {});
    try {
      result = tool ? await unlessAborted(this.#call(use, start), signal) : this.#unknown(use.name);
      return result;
    } finally {
      await start();
      work.onToolEnded(use, { result, durationMs: now() - startedMs });
    }
  }

  async #call(use: ToolUse, onPermitted: () => Promise<void>): Promise<ToolResult> {
    const { tools, work, signal } = this.#options;
    if (typeof use.input === "string") return fault(notJson(use.name, use.input));
    try {
      return await tools.call(use.name, use.input, {
        root: work.root,
        signal,
        approve: (request) => work.approve(request, use),
        onPermitted,
      });
    } catch (thrown) {
      signal.throwIfAborted();
      return fault(`${use.name} broke: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
    }
  }

  /** Models write names as they know them from elsewhere. */
  #find(name: string): ToolInfo | undefined {
    const exact = this.#byName.get(name);
    if (exact) return exact;
    const canonical = this.#options.tools.canonicalName(name);
    return canonical === undefined ? undefined : this.#byName.get(canonical);
  }

  #unknown(name: string): ToolResult {
    return fault(`There is no tool "${name}" in this call; there are: ${[...this.#byName.keys()].join(", ")}`);
  }

  /** A model that repeats itself does not know that it does. */
  #hint({ name, input }: ToolUse, content: string): string {
    const key = JSON.stringify([name, input, content]);
    const times = (this.#failures.get(key) ?? 0) + 1;
    this.#failures.set(key, times);
    if (times < SAME_FAILURES) return "";
    return `\n\nThis same call has failed the same way ${times} times: it will not work. Try another way, or answer without it.`;
  }
}

function fault(content: string): ToolResult {
  return { content, isError: true, code: "usage" };
}

function notJson(name: string, text: string): string {
  let reason = "they are a text";
  try {
    JSON.parse(text);
  } catch (thrown) {
    reason = thrown instanceof Error ? thrown.message : String(thrown);
  }
  return `The arguments of ${name} are not one JSON object (${reason}): call it again with correct JSON`;
}
