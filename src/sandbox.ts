// The contract of the sandbox: a script's text and a Host in, JSON out, and nothing else can happen.
import type { AgentHandling, AgentRequest } from "./agent.ts";
import type { Json, JsonObject } from "./json.ts";
import type { Dialect, Failure, LogLevel, Question } from "./run.ts";

export interface ScriptSource {
  text: string;
  /** As errors shall name it. */
  file: string;
}

/** What a script says about one member of its args. */
export interface ArgumentNote {
  /** In words of JSON Schema where it can be: `string`, `array`, … */
  type: string;
  description: string;
  required?: boolean;
  default?: Json;
}

export interface Meta {
  name: string;
  description: string;
  whenToUse?: string;
  phases?: { title: string; detail?: string; model?: string }[];
  args?: Record<string, ArgumentNote>;
}

/** A script that passed every check that needs no execution. */
export interface ParsedScript extends ScriptSource {
  dialect: Dialect;
  /** null in dialect B. */
  meta: Meta | null;
  /** The string literals given as `model`, for the check of keys and routes before the start. */
  models: string[];
}

export interface SandboxLimits {
  /** Default 256 MiB. */
  memoryBytes: number;
  stackBytes: number;
  /** Longest synchronous run of the script. Default 30,000. */
  sliceMs: number;
}

export interface ExecuteOptions {
  /** Absent: the script sees `undefined` (A) or `{}` (B). */
  args?: Json;
  limits: SandboxLimits;
  /** "forbidden": Date.now() and Math.random() throw. "seeded": they give values from here. */
  clock: { mode: "forbidden" } | { mode: "seeded"; startMs: number; seed: number };
  /** What happens when a pipeline stage yields null in dialect A: end the item (default) or pass it on. */
  pipelineNull: "end" | "pass";
  /** Token and cost limits as the script's budget shows them. `earlierTokens`: used by earlier parts of the run, so no longer left; default 0. */
  budget: { totalTokens: number | null; totalCostUsd: number | null; earlierTokens?: number };
  signal: AbortSignal;
}

/** What the budget shows a script, pushed with every answer. */
export interface BudgetState {
  /** Output tokens (A), input plus output (B). */
  spentTokens: number;
  spentCostUsd: number;
}

/** What a script asks the human. */
export type AskedQuestion = Omit<Question, "key">;

export interface ReplanRequest {
  prompt: string;
  reason?: string;
  strategy?: string;
  args?: Json;
}

/** How a call in a branch of race() is steered. */
export interface Race {
  /** Aborts when the script needs the answer no more: the promise may then stay open. */
  cancelled: AbortSignal;
  /** Settles when the script has heard all answers that are there already: a call before that could be one that a recorded winner spares. */
  mayStart: Promise<void>;
}

/** What a script may call. All values are JSON; a rejection with an OdwError reaches the script with name, message and code. */
export interface Host {
  /** `race`: given for a call in a branch of race(). */
  agent(request: AgentRequest, handling: AgentHandling, race?: Race): Promise<Json>;
  workflow(ref: { name: string } | { scriptPath: string }, args: Json | undefined): Promise<Json>;
  /** A tool of `tools.*` (A) or `context.tools.*` (B); rejects with code `denied` when it was not permitted. */
  tool(name: string, input: JsonObject): Promise<Json>;
  /** plan() and replan(): the planner writes a bounded sub-script, which runs as a child workflow. */
  replan(request: ReplanRequest): Promise<Json>;
  /** The human's answer. */
  ask(question: AskedQuestion): Promise<string>;
  checkpoint(key: string, value: Json): void;
  phase(title: string): void;
  log(level: LogLevel, message: string): void;
  failure(failure: Failure): void;
  budget(): BudgetState;
  /** All that the script does with what it was answered so far has been told. For hosts that keep a time of their own. */
  settled?(): void;
}

export interface Sandbox extends Disposable {
  /** A script will be executed soon: begins what does not depend on it. */
  prewarm(): void;
  /** Throws OdwError `script_invalid` with file:line:column, the source line and what to do. Runs nothing. */
  parse(source: ScriptSource): ParsedScript;
  /**
   * Runs the script in a realm of its own. Throws OdwError `script_invalid` (dialect B without execute), `script_failed` (with the
   * script's stack and the thrown error's own name and message), `sandbox_limit`, or the signal's reason. Everything of the realm is
   * gone when it settles.
   */
  execute(script: ParsedScript, host: Host, options: ExecuteOptions): Promise<Json>;
}
