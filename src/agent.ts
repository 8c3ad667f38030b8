// One agent() call: what the script asked for, and what came of it.
import type { ErrorCode, ErrorInfo, OdwError } from "./errors.ts";
import type { Json, JsonSchema } from "./json.ts";
import type { Route, TokenUsage } from "./provider.ts";
import type { Dialect } from "./run.ts";
import type { ApprovalRequest, ToolAccess, ToolResult } from "./tool.ts";

export type Effort = "low" | "medium" | "high" | "xhigh" | "max";

/** As the script asked, before configuration resolves models and defaults: the canonical form of this is the step key. */
export interface AgentRequest {
  prompt: string;
  /** JSON Schema of the answer, or dialect B's shorthand; absent: the answer is text. */
  schema?: Json;
  model?: string;
  effort?: Effort;
  isolation?: "worktree";
  agentType?: string;
  /** Dialect B: what the agent is, said in the system prompt. */
  role?: string;
  system?: string;
  tools?: string[];
  disallowedTools?: string[];
  maxTurns?: number;
  maxTokens?: number;
  temperature?: number;
}

/** What shapes the call but not its answer: never part of the step key. */
export interface AgentHandling {
  label?: string;
  phase?: string;
  /** No progress for this long ends an attempt; 0 switches it off. Default 180,000. */
  stallMs?: number;
  timeoutMs?: number;
  /** Retries after a retryable provider error. */
  retries?: number;
  /** The line of the script that made the call, from 1. */
  line?: number;
  /** The file of that script when it is not the run's own: a child workflow, or what plan() wrote. */
  script?: string;
}

/** `null` where a price is unknown: an unknown cost is never 0. */
export type CostUsd = number | null;

interface Attempted {
  /** Provider calls made. */
  attempts: number;
  usage: TokenUsage;
  costUsd: CostUsd;
  /** `provider/model` that was called last, as routed. */
  model: string;
}

export interface AgentCompleted extends Attempted {
  status: "completed";
  /** The text verbatim, or the validated object. */
  value: Json;
}

export interface AgentFailed extends Attempted {
  status: "failed";
  error: ErrorInfo;
  /** The model's last text when it did not satisfy the schema. */
  rawText?: string;
  /** Set by the queue when the provider takes no calls for now: the same call may be answered later, or elsewhere. */
  closed?: { resetAt: string | null };
}

export type AgentResult = AgentCompleted | AgentFailed;

/** A definition that `agentType` names: from `.odw/agents/*.md`, `.claude/agents/*.md`, or built in. */
export interface AgentDefinition {
  name: string;
  description: string;
  /** System prompt. */
  system: string;
  model?: string;
  effort?: Effort;
  /** Only narrows what the run may use; names as written there. */
  tools?: string[];
  disallowedTools?: string[];
  maxTurns?: number;
  /** A file's path, or `built-in`. */
  source: string;
}

/** A resolved call: all that a runner needs, as JSON, so that it could run in another process. */
export interface AgentCall {
  request: AgentRequest;
  handling: AgentHandling;
  /** Where the model leads: from the request, else the definition, else the run's default. */
  route: Route;
  /** The request's schema as JSON Schema: dialect B's shorthand is spelled out here. */
  schema?: JsonSchema;
  definition?: AgentDefinition;
  /** Canonical names of the tools that are offered, in their fixed order; empty: none. */
  tools: string[];
  /** What the run's log should say before the call starts: unknown names, servers that did not start. */
  warnings: string[];
}

/** One tool call of an agent. */
export interface ToolUse {
  /** Unique in its step: `t1`, `t2`, … */
  call: string;
  name: string;
  access: ToolAccess;
  input: Json;
}

/** Where an agent's tools work, and who is told of them. Absent: the agent gets no tools. */
export interface AgentWork {
  /** See ToolContext.root. */
  root: string;
  /** See ToolContext.approve. */
  approve(request: ApprovalRequest, use: ToolUse): Promise<boolean>;
  /** Resolves when it is recorded; a call that changes something waits for it. */
  onToolStarted(use: ToolUse): Promise<void>;
  onToolEnded(use: ToolUse, ended: { result: ToolResult; durationMs: number }): void;
  /** Tool results were taken out of the context to make room; estimated tokens. */
  onCompacted(compacted: { fromTokens: number; toTokens: number }): void;
}

/** The most that one provider call can use. */
export interface UsageBound {
  inputTokens: number;
  outputTokens: number;
  /** null: the model's price is unknown. */
  costUsd: CostUsd;
}

/** A part of a budget that is held for one provider call. */
export interface Reservation {
  /** Gives back what was not used. To be called once, however the call ended. */
  settle(usage: TokenUsage, costUsd: CostUsd): void;
}

/** One provider call that was let through. Exactly one of its methods is called, when the call has ended. */
export interface CallPass {
  /** `rateResetAt`: see GenerateResult. */
  answered(rateResetAt?: number): void;
  failed(thrown: unknown): void;
}

/** Stands before a provider, over all of its callers. */
export interface CallGate {
  /**
   * Asked before each provider call. Waits while the provider asked for fewer calls; throws an OdwError of the provider's code while it
   * takes none, and the signal's reason.
   */
  enter(signal: AbortSignal): CallPass | Promise<CallPass>;
  /** Tells who waits for a retry that the provider takes no calls, at once if so already; gives the way to stop listening. */
  onClosed(listener: (refusal: OdwError) => void): () => void;
}

export interface AgentRetry {
  /** Number of the provider call that failed, from 1. */
  attempt: number;
  code: ErrorCode;
  reason: string;
  waitMs: number;
}

export interface AgentRunOptions {
  signal: AbortSignal;
  onRetried?: (retry: AgentRetry) => void;
  /** Asked before each provider call; waits while others may give back, throws `budget_exceeded` when the bound can never fit. Absent: no hard budget. */
  reserve?: (bound: UsageBound) => Promise<Reservation>;
  /** Absent: every call goes out at once. */
  gate?: CallGate;
  work?: AgentWork;
}

/** Turns a call into provider requests until there is an answer that holds. */
export interface AgentRunner {
  /**
   * Checks a request before anything starts. Throws OdwError: `schema_invalid` (root not an object in dialect A, unusable or provably
   * unsatisfiable), `not_found` (unknown agentType, with the known ones), `config` (no route or key for the model), `denied`.
   */
  prepare(
    request: AgentRequest,
    handling: AgentHandling,
    run: { dialect: Dialect; model: string | null },
  ): Promise<AgentCall>;
  /** Rejects only with the signal's reason; everything else is a result. */
  run(call: AgentCall, options: AgentRunOptions): Promise<AgentResult>;
  /** Project, then user, then built in; by name without regard to case. */
  definitions(): Promise<AgentDefinition[]>;
}
