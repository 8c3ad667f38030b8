// The world of one agent: the folder that it works in, maybe a worktree of its own, what it may do, and the journal of its tool calls.
import type { AgentCall, AgentWork, ToolUse } from "../agent.ts";
import type { EventBody } from "../run.ts";
import type { Worktree, Worktrees } from "../worktree.ts";
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

export interface StepWork {
  tools: AgentWork;
  /** Makes the call's worktree, at its first start. Throws what Worktrees.create throws. */
  isolate(): Promise<void>;
  /** A tool was called, or a worktree was made: only then there is something to let go. */
  readonly isUsed: boolean;
  /** What the journal says behind `step_started`. */
  started(): EventBody[];
  /** Lets go of the worktree, once; what the journal says of it. Never throws. */
  release(): Promise<EventBody[]>;
}

/** null: the call has no tools and is not isolated. */
export function openStepWork(call: AgentCall, place: WorkPlace, options: WorkOptions): StepWork | null {
  if (call.tools.length === 0 && !call.request.isolation) return null;
  const { runId, worktrees } = place;
  const { step, journal } = options;
  let isUsed = false;
  const tools = agentWork(call, place, { ...options, onUsed: () => isUsed = true });
  let worktree: Worktree | null = null;
  let isReleased = false;

  return {
    tools,
    get isUsed() {
      return isUsed;
    },
    async isolate() {
      if (worktree) return;
      isUsed = true;
      worktree = await worktrees.create({ runId, step });
      tools.root = worktree.path;
    },
    started: () => worktree ? [{ type: "step_isolated", step, worktree }] : [],
    async release() {
      if (!worktree || isReleased) return [];
      isReleased = true;
      try {
        return [{ type: "worktree_released", step, ...await worktrees.release(worktree) }];
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        journal.note({
          type: "log_written",
          level: "warn",
          message: `the worktree ${worktree.root} is kept as it is: ${reason}; see odw worktrees`,
        });
        return [];
      }
    },
  };
}

function agentWork(
  { handling }: AgentCall,
  { cwd, approvals }: WorkPlace,
  options: WorkOptions & { onUsed: () => void },
): AgentWork {
  const { step, journal, signal, onHeld, onUsed } = options;
  return {
    root: cwd,
    approve: (request, { input }) =>
      approvals.approve(request, { step, label: handling.label ?? "agent", input, signal, onHeld }),
    onToolStarted(use) {
      onUsed();
      return recordStart({ step, ...use }, journal);
    },
    onToolEnded: ({ call }, { result, durationMs }) =>
      journal.note({
        type: "tool_ended",
        ...{ step, call },
        isError: result.isError,
        output: cut(result.content),
        outputChars: result.content.length,
        durationMs: Math.round(durationMs),
      }),
    onCompacted: (compacted) => journal.note({ type: "context_compacted", step, ...compacted }),
  };
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
