// The contract of the planner: a task in, a checked plan out. It runs nothing.
import type { CostUsd } from "./agent.ts";
import type { Json } from "./json.ts";
import type { Dialect, RunLimits } from "./run.ts";
import type { ParsedScript, ReplanRequest, ScriptSource } from "./sandbox.ts";

export const TOPOLOGIES = ["map-reduce", "pipeline", "adversarial", "consensus", "tree-search", "hybrid"] as const;
export type Topology = typeof TOPOLOGIES[number];

/** What the planning model is asked about a task: the only input of the choice. */
export interface Characteristics {
  /** Many like items, each worked on in the same way. */
  manyItems: boolean;
  /** How the items can be listed: a glob, or a sentence; null when there are none. */
  itemSource: string | null;
  /** Stages that each item goes through in order. */
  stages: string[];
  /** The answer must be correct, not only plausible. */
  mustBeCorrect: boolean;
  /** There is a test or command that tells right from wrong. */
  isTestable: boolean;
  /** Judgement: reasonable evaluators could differ. */
  isUncertain: boolean;
  /** A search through alternatives that build on each other. */
  isSearch: boolean;
}

export interface Choice {
  topology: Topology;
  /** One sentence. */
  reason: string;
}

/** What a check found that the script will do. Numbers of agents: over the branch choices that were tried. */
export interface Estimate {
  agents: { min: number; typical: number; max: number };
  phases: { title: string | null; min: number; typical: number; max: number }[];
  /** Longest chain of agents that wait for each other. */
  depth: number;
  inputTokens: number;
  outputTokens: number;
  /** By `provider/model`. */
  models: { model: string; agents: number; inputTokens: number; outputTokens: number; costUsd: CostUsd }[];
  costUsd: CostUsd;
  /** At the given concurrency, with the time that a call of that length usually takes. */
  wallMs: number;
  concurrency: number;
  /** Calls in the order of their start, for a picture of the run. `after`: labels' indexes that had ended when it began. */
  calls: { label: string; phase: string | null; after: number[] }[];
}

export interface CheckProblem {
  severity: "error" | "warning";
  /** `file:line:column` where there is one. */
  place: string | null;
  message: string;
  /** The corrected pattern. */
  fix: string | null;
}

export interface Check {
  dialect: Dialect | null;
  problems: CheckProblem[];
  /** null when it cannot be run. */
  estimate: Estimate | null;
  /** Tools that the script names, with what they need. */
  tools: string[];
}

export interface PlanRequest {
  task: string;
  topology?: Topology;
  planner: "compose" | "author" | "auto";
  /** May the survey read file contents? Default false. */
  allowContents: boolean;
  limits: RunLimits;
}

export interface Plan {
  task: string;
  choice: Choice;
  characteristics: Characteristics;
  /** How the script came to be; "rules": compose without any model. */
  way: "compose" | "author" | "rules";
  /** Sentences that the person should know: fallbacks, refusals, repairs. */
  notes: string[];
  /** What runs; the file is `built-in:<topology>` where only the args were made. */
  script: { text: string; file: string };
  args: Json;
  check: Check;
  /** Permissions that the plan asks for, as flags: never granted by the plan itself. */
  wants: string[];
  /** See planHash: what was approved is what runs. */
  hash: string;
}

export interface CheckOptions {
  args: Json | undefined;
  model: string | undefined;
  limits: Partial<RunLimits> | undefined;
  /** What workflow() finds. Default: the library that comes with odw. */
  findWorkflow?: (ref: { name: string } | { scriptPath: string }) => Promise<ParsedScript>;
}

export interface Planner {
  /** Throws OdwError: `usage` (no task), `config` (a planning model that cannot be reached when `author` was asked for), the signal's reason. */
  plan(request: PlanRequest, signal: AbortSignal): Promise<Plan>;
  /** Never throws for a faulty script. No network. */
  check(source: ScriptSource, options: CheckOptions): Promise<Check>;
  /** The bounded sub-script of plan() and replan(), checked. */
  subScript(request: ReplanRequest, signal: AbortSignal): Promise<ParsedScript>;
}
