// The nouns of the journal: Run, Step, Event, Usage.
import type { AgentHandling, AgentRequest, CostUsd } from "./agent.ts";
import type { ErrorInfo } from "./errors.ts";
import type { Json } from "./json.ts";
import type { TokenUsage } from "./provider.ts";
import type { ToolAccess } from "./tool.ts";
import type { ReleasedWorktree, Worktree } from "./worktree.ts";

export type RunStatus =
  | "queued"
  | "running"
  | "paused"
  | "waiting"
  | "interrupted"
  | "completed"
  | "failed"
  | "cancelled";

/** "meta": `export const meta` first. "execute": a function at `module.exports.execute`. */
export type Dialect = "meta" | "execute";

/** Limits of one run; null is no limit. */
export interface RunLimits {
  /** Agents of this run at once. */
  concurrency: number;
  /** agent() calls in all. */
  agents: number;
  /** Output tokens in dialect A, input plus output in dialect B. */
  tokens: number | null;
  costUsd: number | null;
  /** Wall time of the whole run in milliseconds. */
  timeoutMs: number | null;
  /**
   * True: the token budget is never overshot, because each call reserves its largest possible use before it starts, and a run that
   * reaches a budget pauses. A cost budget is reserved always.
   */
  hard: boolean;
  /** The cost budget is dialect B's own, which nobody asked for: calls of unknown price pass, with a warning. */
  isCostDefault?: boolean;
}

/** What a check said before the start. */
export interface RunEstimate {
  agents: { min: number; typical: number; max: number };
  inputTokens: number;
  outputTokens: number;
  costUsd: CostUsd;
  wallMs: number;
}

/** What a run was started with: enough to run it again elsewhere. */
export interface RunSpec {
  name: string;
  dialect: Dialect;
  /** The script's text. */
  script: string;
  /** Where it came from: a path, or `built-in:<name>`. */
  scriptPath: string;
  /** null stands for none when `hasArgs` is false. */
  args: Json;
  hasArgs: boolean;
  cwd: string;
  /** Default model of the run as the user named it; null: the configured default. */
  model: string | null;
  limits: RunLimits;
  /** "seeded": Date.now() and Math.random() give journaled values; "forbidden": they throw. */
  clock: "forbidden" | "seeded";
  estimate?: RunEstimate;
}

/** Totals of a run. */
export interface RunUsage {
  agents: number;
  cachedAgents: number;
  inputTokens: number;
  outputTokens: number;
  /** null: at least one model's price is unknown. */
  costUsd: CostUsd;
}

/** What became of a run's agents, each counted once by its last state. */
export interface RunCensus {
  done: number;
  failed: number;
  skipped: number;
  /** Of those done: answered from the journal in this part of the run. */
  cached: number;
  /** Of those done: the answer was the empty text. */
  empty: number;
}

/** A line of the failure list. */
export interface Failure {
  label: string;
  phase: string | null;
  reason: string;
}

/** A run as `ls` and HTTP show it. */
export interface Run {
  id: string;
  name: string;
  status: RunStatus;
  /** ISO 8601, UTC. */
  startedAt: string;
  endedAt: string | null;
  /** Why a run is paused or waiting, in words. */
  reason: string | null;
  agents: number;
  /** Of these: that have answered, in whatever part of the run. */
  doneAgents: number;
  failedAgents: number;
  usage: RunUsage;
}

/** A run with all that it was given and what came of it. */
export interface RunRecord extends Run {
  spec: RunSpec;
  result: Json;
  error: ErrorInfo | null;
  failures: Failure[];
  census: RunCensus;
  /** When a paused run can go on, where a provider said so; ISO 8601. */
  resumesAt: string | null;
  /** What a waiting run asks. */
  question: Question | null;
  /** A living process works on it. */
  isOwned: boolean;
  durationMs: number | null;
}

export type StepStatus = "running" | "completed" | "failed" | "skipped" | "interrupted";

/** One tool call of a step. */
export interface StepToolCall {
  /** Unique in its step. */
  call: string;
  name: string;
  access: ToolAccess;
  input: Json;
  /** null: it never ended. */
  isError: boolean | null;
  /** What the model was told; long ones are cut for the journal. */
  output: string | null;
  durationMs: number | null;
}

/** Where an isolated step worked. */
/** What became of it is null until the step has ended. */
export type StepWorktree =
  & Worktree
  & ({ isKept: null; changedFiles: null } | ReleasedWorktree);

/** One agent() call, folded from its events. */
export interface Step {
  /** `<key>#<ordinal>`: see DESIGN "Step key". */
  id: string;
  label: string | null;
  phase: string | null;
  /** Of the script that called it, see AgentHandling; null: not known. */
  line: number | null;
  /** The file of that script; null: the run's own. */
  script: string | null;
  status: StepStatus;
  request: AgentRequest;
  model: string | null;
  value: Json;
  /** Of a failed step; of a skipped one, why, unless a person skipped it. */
  error: ErrorInfo | null;
  rawText: string | null;
  attempts: number;
  usage: TokenUsage | null;
  costUsd: CostUsd;
  /** Of its newest start. */
  toolCalls: StepToolCall[];
  worktree: StepWorktree | null;
  startedAt: string;
  endedAt: string | null;
}

/** What a script, or an agent that wants to do something, asks the human. */
export interface Question {
  /** Identifies the question in its run, as a step's id does a call. */
  key: string;
  text: string;
  choices?: string[];
  default?: string;
  /** An agent's tool call waits for permission: the exact command or diff. */
  approval?: { step: string; label: string | null; tool: string; detail: string };
}

/** What a resume may change of a run's spec. */
export type SpecChanges = Partial<
  Pick<RunSpec, "script" | "scriptPath" | "dialect" | "args" | "hasArgs" | "model" | "limits">
>;

/** What happened, once and for good. `seq` and `at` are given by the store. */
export type EventBody =
  | { type: "run_created"; spec: RunSpec }
  | { type: "run_started" }
  | { type: "run_resumed"; changes: SpecChanges }
  | { type: "run_paused"; reason: string; resumesAt?: string }
  /** The script stands still until the question is answered. */
  | { type: "run_waiting"; question: Question }
  /** The run goes on. */
  | { type: "question_answered"; key: string; answer: string }
  | { type: "run_completed"; result: Json; usage: RunUsage; durationMs: number }
  | { type: "run_failed"; error: ErrorInfo; usage: RunUsage; durationMs: number }
  | { type: "run_cancelled"; usage: RunUsage; durationMs: number }
  | { type: "phase_started"; title: string }
  | { type: "log_written"; level: LogLevel; message: string }
  | { type: "checkpoint_saved"; key: string; value: Json }
  | { type: "failure_recorded"; failure: Failure }
  | { type: "budget_warned"; spent: number; total: number; unit: "tokens" | "usd" }
  /** Written only for a call that had to wait for a permit. */
  | { type: "step_queued"; step: string; label?: string; phase?: string }
  | { type: "step_started"; step: string; request: AgentRequest; handling: AgentHandling; model: string }
  | { type: "step_retried"; step: string; attempt: number; reason: string; waitMs: number }
  | {
    type: "step_completed";
    step: string;
    value: Json;
    model: string;
    attempts: number;
    usage: TokenUsage;
    costUsd: CostUsd;
    durationMs: number;
  }
  | {
    type: "step_failed";
    step: string;
    error: ErrorInfo;
    rawText?: string;
    model: string;
    attempts: number;
    usage: TokenUsage;
    costUsd: CostUsd;
    durationMs: number;
  }
  /** `reason`: absent when a person skipped it. */
  | { type: "step_skipped"; step: string; reason?: string }
  | { type: "step_isolated"; step: string; worktree: Worktree }
  | ({ type: "worktree_released"; step: string } & ReleasedWorktree)
  /** Recorded before a tool that changes something begins. */
  | { type: "tool_started"; step: string; call: string; name: string; access: ToolAccess; input: Json }
  /** `output`: what the model was told, cut for the journal; `outputChars`: its whole length. */
  | {
    type: "tool_ended";
    step: string;
    call: string;
    isError: boolean;
    output: string;
    outputChars: number;
    durationMs: number;
  }
  /** Tool results left the agent's context to make room; estimated tokens. */
  | { type: "context_compacted"; step: string; fromTokens: number; toTokens: number }
  /** A script's own tool call, answered: replayed on resume, since a script sees only the journal. */
  | { type: "tool_answered"; key: string; name: string; input: Json; outcome: ToolOutcome; durationMs: number }
  /** The planner wrote the sub-script of a plan() or replan() call: a resume runs the same one. */
  | { type: "script_planned"; key: string; prompt: string; script: { text: string; file: string } }
  /** Answered from the journal on resume; the recorded answer stands in the earlier step_completed. */
  | { type: "step_replayed"; step: string; label?: string; phase?: string; line?: number; script?: string };

/** What came of a script's own tool call. */
export type ToolOutcome = { status: "completed"; value: Json } | { status: "failed"; error: ErrorInfo };

export type LogLevel = "debug" | "info" | "warn" | "error";

export type Event = EventBody & {
  /** Position in the run's journal, from 1, without gaps. */
  seq: number;
  /** Milliseconds since the epoch. */
  at: number;
};

/** An event as the JSON text of an Event: for those that only pass it on, so that nobody parses it. */
export interface EventText {
  seq: number;
  type: EventBody["type"];
  text: string;
}

const ENDED: readonly RunStatus[] = ["completed", "failed", "cancelled"];

/** Whether a run of this status will never go on by itself or by resume of its owner. */
export function hasEnded(status: RunStatus): boolean {
  return ENDED.includes(status);
}
