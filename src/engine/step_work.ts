// The world of one agent: the folder that it works in, maybe a worktree of its own, what it may do, and the journal of its tool calls.
import type { AgentCall, AgentWork, ToolUse } from "../agent.ts";
import { namedList } from "../lib/named_list.ts";
import type { EventBody } from "../run.ts";
import type { ApprovalRequest, ToolResult } from "../tool.ts";
import type { ReleasedWorktree, Worktree, Worktrees } from "../worktree.ts";
import type { Approvals } from "./approvals.ts";
import type { Journal } from "./journal.ts";

/** Of a tool's output, in the journal. */
const KEPT_OUTPUT_CHARS = 8000;

/** The same for all agents of a run. */
export interface WorkPlace {
  runId: string;
  /** The workspace. */
  cwd: string;
  approvals: Approvals;
  worktrees: Worktrees;
}

export interface WorkOptions {
  step: string;
  journal: Journal;
  signal: AbortSignal;
  /** See Asker.onHeld. */
  onHeld: () => void;
}

/** What an agent's tools may ask and tell. One object for each of thousands of calls: no closures. */
export class StepWork implements AgentWork {
  root: string;
  /** A tool was called, or a worktree was made: only then there is something to let go. */
  isUsed = false;
  readonly #call: AgentCall;
  readonly #place: WorkPlace;
  readonly #options: WorkOptions;
  #worktree: Worktree | null = null;
  #isReleased = false;

  constructor(call: AgentCall, place: WorkPlace, options: WorkOptions) {
    this.root = place.cwd;
    this.#call = call;
    this.#place = place;
    this.#options = options;
  }

  /** Makes the call's worktree, at its first start. Throws what Worktrees.create throws. */
  async isolate(): Promise<void> {
    if (this.#worktree) return;
    this.isUsed = true;
    const { runId, worktrees } = this.#place;
    const { uncommitted, ...worktree } = await worktrees.create({ runId, step: this.#options.step });
    this.#worktree = worktree;
    this.root = worktree.path;
    if (uncommitted.length > 0) this.#warn(lackingText(worktree, uncommitted));
  }

  /** What the journal says behind `step_started`. */
  started(): EventBody[] {
    return this.#worktree ? [{ type: "step_isolated", step: this.#options.step, worktree: this.#worktree }] : [];
  }

  /** Lets go of the worktree, once; what the journal says of it. Never throws. */
  async release(): Promise<EventBody[]> {
    const worktree = this.#worktree;
    if (!worktree || this.#isReleased) return [];
    this.#isReleased = true;
    const { step } = this.#options;
    try {
      const released = await this.#place.worktrees.release(worktree);
      const remark = remarkOn(released);
      if (remark) this.#warn(`${this.#call.handling.label ?? "an agent"}: ${remark}`);
      return [{ type: "worktree_released", step, ...released }];
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#warn(`the worktree ${worktree.root} is kept as it is: ${reason}; see odw worktrees`);
      return [];
    }
  }

  #warn(message: string): void {
    this.#options.journal.note({ type: "log_written", level: "warn", message });
  }

  approve(request: ApprovalRequest, { input }: ToolUse): Promise<boolean> {
    const { step, signal, onHeld } = this.#options;
    const label = this.#call.handling.label ?? "agent";
    return this.#place.approvals.approve(request, { step, label, input, signal, onHeld });
  }

  onToolStarted(use: ToolUse): Promise<void> {
    this.isUsed = true;
    const { step, journal } = this.#options;
    return recordStart({ step, ...use }, journal);
  }

  onToolEnded({ call }: ToolUse, { result, durationMs }: { result: ToolResult; durationMs: number }): void {
    this.#options.journal.note({
      type: "tool_ended",
      ...{ step: this.#options.step, call },
      isError: result.isError,
      output: cut(result.content),
      outputChars: result.content.length,
      durationMs: Math.round(durationMs),
    });
  }

  onCompacted(compacted: { fromTokens: number; toTokens: number }): void {
    this.#options.journal.note({ type: "context_compacted", step: this.#options.step, ...compacted });
  }
}

/** null: the call has no tools and is not isolated. */
export function openStepWork(call: AgentCall, place: WorkPlace, options: WorkOptions): StepWork | null {
  return call.tools.length === 0 && !call.request.isolation ? null : new StepWork(call, place, options);
}

/** Agents in worktrees work on what is committed: the workspace's own changes are a surprise otherwise. */
function lackingText({ base }: Worktree, uncommitted: string[]): string {
  return `agents in worktrees work on the commit ${base.slice(0, 10)}, without the uncommitted changes in ` +
    `${namedList(uncommitted)}; commit them first if the agents need them`;
}

/** What a user would not expect of a worktree's end; null: it is as usual. */
function remarkOn({ isKept, unseen = [], dropped = [], isMissing }: ReleasedWorktree): string | null {
  if (isMissing) return "the folder of its worktree is gone, and with it all that it had not committed";
  if (dropped.length > 0) {
    return `its worktree went with ${
      namedList(dropped)
    }, which git ignores; the setting worktrees.disposable keeps them`;
  }
  return isKept && unseen.length > 0
    ? `it left ${namedList(unseen)} in its worktree, which git does not show: odw worktrees merge leaves them there`
    : null;
}

/** What changes something is written down before it begins. */
async function recordStart(
  { step, call, name, access, input }: ToolUse & { step: string },
  journal: Journal,
): Promise<void> {
  const event: EventBody = { type: "tool_started", ...{ step, call, name, access, input } };
  if (access === "read") journal.note(event);
  else await journal.write(event);
}

function cut(text: string): string {
  return text.length > KEPT_OUTPUT_CHARS ? text.slice(0, KEPT_OUTPUT_CHARS) : text;
}
