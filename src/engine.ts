// The contract of the engine: everything that a face can do.
import type { AgentDefinition } from "./agent.ts";
import type { Json } from "./json.ts";
import type { Check, Plan, PlanRequest } from "./planner.ts";
import type { ProviderModels } from "./provider.ts";
import type { Event, EventText, Run, RunEstimate, RunLimits, RunRecord, Step } from "./run.ts";
import type { ArgumentNote, ParsedScript } from "./sandbox.ts";
import type { EventFilter, RunFilter, StoreCheck } from "./store.ts";
import type { MergedWorktree, WorktreeInfo } from "./worktree.ts";

export interface StartRequest {
  /** A script's text and path, or the name of a saved workflow. */
  script: { text: string; file: string } | { name: string };
  /** Absent: no arguments. */
  args?: Json;
  /** The run's default model; absent: the configured one. */
  model?: string;
  limits?: Partial<RunLimits>;
  clock?: "forbidden" | "seeded";
  onAsk?: OnAsk;
  /** What a check said that it would do: recorded, to be compared with what it did. */
  estimate?: RunEstimate;
}

/**
 * What ask() does: "wait" for `respond`, from this or another process; "default": take the default, or fail where there is none;
 * "detach": the run stops as `waiting` and can be resumed with the answer.
 */
export type OnAsk = "wait" | "default" | "detach";

export interface ResumeRequest {
  ref: string;
  /** Absent: as recorded. */
  args?: Json;
  /** An edited script: steps that it did not change keep their answers. */
  script?: { text: string; file: string };
  model?: string;
  limits?: Partial<RunLimits>;
  onAsk?: OnAsk;
}

export interface ReplayRequest {
  ref: string;
  /** Absent: the recorded one. */
  script?: { text: string; file: string };
}

export interface CheckRequest {
  script: StartRequest["script"];
  args?: Json;
  model?: string;
  limits?: Partial<RunLimits>;
}

export interface WorkflowInfo {
  name: string;
  description: string;
  whenToUse: string | null;
  /** What the script says about its arguments. */
  args?: Record<string, ArgumentNote>;
  /** A path, or `built-in`. */
  source: string;
}

/** With `limit`: settles after that many events. */
export interface FollowOptions extends EventFilter {
  /** "brief" leaves prompts and answers out of step events: for progress views. Default "full". */
  detail?: "full" | "brief";
  /** Shortest time between two batches in milliseconds. Default 0. */
  everyMs?: number;
  /** False: settles after the events that are there now, even when the run goes on. Default true. */
  live?: boolean;
}

/** All methods throw OdwError; arguments and results are JSON. */
export interface Engine extends AsyncDisposable {
  /** Checks script, model and key, then starts the run in this process. A launch error starts nothing and records nothing. */
  start(request: StartRequest): Promise<Run>;
  /** As start, but leaves the run `queued`, to be resumed by another process. */
  create(request: StartRequest): Promise<Run>;
  /**
   * Goes on with a run in this process: recorded steps answer at once, the others run again. Throws `not_found`, `conflict` (owned by a
   * living process), `script_invalid`, `config`.
   */
  resume(request: ResumeRequest): Promise<Run>;
  /** Throws what `resume` would throw, `conflict` for a run that has completed too, and starts nothing. */
  checkResume(request: ResumeRequest): Promise<void>;
  /** Runs a script purely from a journal: no provider, nothing recorded. Throws `conflict` at the first call that the journal lacks or a result that differs. */
  replay(request: ReplayRequest): Promise<Json>;
  /** Running agents finish, no other starts; then the run is `paused`. From any process. */
  pause(ref: string): Promise<void>;
  /** `step`: an id, a prefix of one, or a label of a running step. That call returns null. From any process. */
  skip(ref: string, step: string): Promise<void>;
  /** Answers the question of a waiting run, from any process. Throws `usage` for an answer that is none of the choices. */
  respond(ref: string, answer: string): Promise<void>;
  /** Ends the run at once: no further call starts, running ones are aborted. */
  cancel(runId: string): Promise<void>;
  /** Settles when the run has ended or stopped (paused, waiting). */
  outcome(runId: string): Promise<RunRecord>;
  /** `ref`: an id, a unique prefix, or `last`. */
  get(ref: string): Promise<RunRecord>;
  list(filter: RunFilter): Promise<Run[]>;
  steps(ref: string): Promise<Step[]>;
  /** One step, by its id or the beginning of one. Throws `not_found`. */
  step(ref: string, step: string): Promise<Step>;
  /** Gives batches of events in order, those of the past first; settles when the run has ended or `signal` aborts. */
  follow(ref: string, options: FollowOptions, onEvents: (events: Event[]) => void, signal?: AbortSignal): Promise<void>;
  /** As follow, with events as texts. */
  followTexts(
    ref: string,
    options: FollowOptions,
    onTexts: (events: EventText[]) => void,
    signal?: AbortSignal,
  ): Promise<void>;
  /** Gives the lines of an export in batches. */
  exportRun(ref: string, onLines: (lines: string[]) => void): Promise<void>;
  /** Returns the run's id. */
  importRun(lines: string[]): Promise<string>;
  deleteRun(ref: string): Promise<void>;
  deleteStartedBefore(time: number, options: { dryRun: boolean }): Promise<string[]>;
  /** `repair`: writes anew what can be told from the events. Default false. */
  checkStore(options?: { repair: boolean }): Promise<StoreCheck>;
  models(): Promise<ProviderModels[]>;
  workflows(): Promise<WorkflowInfo[]>;
  /** One saved workflow in full. Throws `not_found`, `script_invalid`. */
  workflow(name: string): Promise<ParsedScript>;
  agents(): Promise<AgentDefinition[]>;
  /** See Worktrees; of the repository that the workspace lies in. */
  worktrees(): Promise<WorktreeInfo[]>;
  worktreeDiff(ref: string): Promise<string>;
  mergeWorktree(ref: string, options: { into?: string }): Promise<MergedWorktree>;
  removeWorktree(ref: string, options: { force: boolean }): Promise<void>;
  /** Parses and dry-runs a script in the sandbox against made-up answers: no network, nothing recorded. A script's faults are in the answer. */
  check(request: CheckRequest): Promise<Check>;
  /** See planner.ts; nothing is run. */
  plan(request: PlanRequest): Promise<Plan>;
}
