// The tools that a script itself calls: answered from the journal when they are recorded, and recorded before they are told.
import { errorFromInfo, errorInfo, OdwError } from "../errors.ts";
import type { Json, JsonObject } from "../json.ts";
import type { EventBody, ToolOutcome } from "../run.ts";
import type { ToolResult, Tools } from "../tool.ts";
import type { Approvals } from "./approvals.ts";
import { Backlog } from "./backlog.ts";
import type { Journal } from "./journal.ts";
import { UnderWay } from "./under_way.ts";

/** A script may ask for thousands of files at once. */
const AT_ONCE = 16;

/** Where the answers of a script's tools come from. */
export interface ToolAnswers {
  /** `key`: see StepKeys.nextTool. */
  call(key: string, name: string, input: JsonObject): Promise<Json>;
}

export interface ScriptToolsParts {
  tools: Tools;
  journal: Journal;
  approvals: Approvals;
  /** Outcomes of earlier parts of the run by key. */
  recorded: ReadonlyMap<string, ToolOutcome>;
  /** The workspace. */
  cwd: string;
  signal: AbortSignal;
  /** While true no further call starts. */
  isPausing: () => boolean;
}

/** A call that was denied is made again when the run goes on, since it may be permitted then; every other outcome stays. */
export class ScriptTools implements ToolAnswers {
  readonly #parts: ScriptToolsParts;
  readonly #backlog = new Backlog(AT_ONCE);
  readonly #underWay = new UnderWay();

  constructor(parts: ScriptToolsParts) {
    this.#parts = parts;
  }

  /** Rejects with the tool's error, `denied` when it was not permitted. */
  async call(key: string, name: string, input: JsonObject): Promise<Json> {
    const recorded = this.#parts.recorded.get(key);
    if (recorded && !isDenied(recorded)) return told(recorded);
    const entering = this.#backlog.enter(key);
    if (entering) await entering;
    try {
      return told(await this.#perform(key, name, input));
    } finally {
      this.#backlog.leave();
    }
  }

  /** Settles when no call is under way. */
  idle(): Promise<void> {
    return this.#underWay.idle();
  }

  async #perform(key: string, name: string, input: JsonObject): Promise<ToolOutcome> {
    const { tools, journal, approvals, cwd: root, signal, isPausing } = this.#parts;
    signal.throwIfAborted();
    if (isPausing()) return await new Promise<never>(() => {});
    this.#underWay.add(key);
    const startedAt = performance.now();
    const asker = { step: key, label: null, input, signal, onHeld: () => this.#underWay.delete(key) };
    try {
      const approve = (request: Parameters<Approvals["approve"]>[0]) => approvals.approve(request, asker);
      const result = await tools.call(name, input, { root, signal, approve, isScript: true });
      const outcome = outcomeOf(name, result);
      const durationMs = Math.round(performance.now() - startedAt);
      const answered: EventBody = { type: "tool_answered", key, name, input, outcome, durationMs };
      const warning: EventBody[] = result.cut ? [{ type: "log_written", level: "warn", message: result.cut }] : [];
      await journal.write(answered, ...warning);
      return outcome;
    } finally {
      this.#underWay.delete(key);
    }
  }
}

/** What the script gets, or has thrown at it. */
export function told(outcome: ToolOutcome): Json {
  if (outcome.status === "completed") return outcome.value;
  throw errorFromInfo(outcome.error);
}

function outcomeOf(name: string, { value, content, isError, code }: ToolResult): ToolOutcome {
  if (!isError || value !== undefined) return { status: "completed", value: value ?? content };
  const error = new OdwError(code ?? "tool_failed", `tools.${name}(): ${content}`);
  return { status: "failed", error: errorInfo(error) };
}

/** It was not permitted, and may be when the run goes on. */
export function isDenied(outcome: ToolOutcome): boolean {
  return outcome.status === "failed" && outcome.error.code === "denied";
}
