// The contract of the journal: runs and their append-only events, shared by every process of this machine.
import type { Json } from "./json.ts";
import type { Event, EventBody, EventText, Run, RunRecord, RunSpec, RunStatus, Step, ToolOutcome } from "./run.ts";

export interface RunFilter {
  status?: RunStatus[];
  /** Newest first; at most this many. */
  limit?: number;
  /** Only runs older than the run of this id. */
  before?: string;
}

export interface EventFilter {
  /** Events with a greater seq; 0 for all. */
  after: number;
  limit?: number;
  types?: EventBody["type"][];
}

/** What a resume needs of a run's journal. */
export interface Recorded {
  /** Answers by step id. */
  steps: Map<string, Json>;
  /** Answers of questions by key. */
  answers: Map<string, string>;
  /** Outcomes of the scripts' own tool calls by key. */
  toolOutcomes: Map<string, ToolOutcome>;
  /** Sub-scripts of plan() and replan() by key. */
  plans: Map<string, { text: string; file: string }>;
  /** Keys of steps, questions, tool calls and sub-scripts that ended, failures included, in the order of their last ends. */
  order: string[];
  /** What the recorded answers cost, those of unknown price left out. */
  knownCostUsd: number;
}

export interface StoreCheck {
  path: string;
  schemaVersion: number;
  sizeBytes: number;
  runs: number;
  events: number;
  /** Empty: the file is sound. */
  problems: string[];
  /** What a repair has mended, in words. */
  repaired: string[];
}

/** Asked of a run's owner by another process. */
export type Command =
  | { type: "pause" }
  | { type: "cancel" }
  | { type: "skip"; step: string }
  | { type: "respond"; answer: string };

/**
 * One truth: events. Everything else that the store gives is read from them.
 * All failures are OdwError `store`, `not_found` or `conflict`, with the database's path and what to do.
 */
export interface Store extends AsyncDisposable {
  /** Makes a run (status queued, event run_created) and returns its id: sortable by time, unique on this machine and others. */
  createRun(spec: RunSpec): Promise<string>;
  /**
   * Appends in order. Resolves when the events are on the disk; appends of one tick, of any run, share one transaction.
   * Throws `conflict` when `owner` is given and no longer holds the run's lease.
   */
  append(runId: string, events: EventBody[], owner?: string): Promise<void>;
  getRun(runId: string): Promise<RunRecord>;
  /** A run by its id, a unique prefix of it, or `last` for the newest. Throws `not_found` with what is there. */
  findRun(ref: string): Promise<string>;
  listRuns(filter: RunFilter): Promise<Run[]>;
  /** In order of seq. */
  events(runId: string, filter: EventFilter): Promise<Event[]>;
  /** As events(), unparsed. */
  eventTexts(runId: string, filter: EventFilter): Promise<EventText[]>;
  /** In order of their start, each folded from its events; a step of a run without owner that never ended is `interrupted`. */
  steps(runId: string): Promise<Step[]>;
  /** One of them, by its id or the beginning of one; undefined: there is none. */
  step(runId: string, ref: string): Promise<Step | undefined>;

  /** Takes the lease if nobody living holds it: true for exactly one of many claimants. */
  claim(runId: string, owner: string, leaseMs: number): Promise<boolean>;
  /** Extends the lease; false when it was lost. */
  renew(runId: string, owner: string, leaseMs: number): Promise<boolean>;
  release(runId: string, owner: string): Promise<void>;
  sendCommand(runId: string, command: Command): Promise<void>;
  /** Takes (and removes) what was sent, oldest first. */
  takeCommands(runId: string): Promise<Command[]>;

  /** The completed steps and answered questions of all parts of a run. */
  recorded(runId: string): Promise<Recorded>;
  /** The run as lines of JSON: a header that counts and hashes, then its events. Any machine can import them. */
  exportRun(runId: string): AsyncIterable<string>;
  /**
   * Takes what exportRun gave, whole or not at all, and returns the run's id. The same run again changes nothing; a different one with
   * that id is a `conflict`; a damaged or truncated text is `usage`, with its line.
   */
  importRun(lines: AsyncIterable<string>): Promise<string>;
  /** Throws `conflict` while the run is owned. */
  deleteRun(runId: string): Promise<void>;
  /** Deletes runs that nobody owns and that started before `time` (milliseconds since the epoch); returns their ids. */
  deleteStartedBefore(time: number, options: { dryRun: boolean }): Promise<string[]>;
  /** `repair`: default false. */
  check(options?: { repair: boolean }): Promise<StoreCheck>;
}
