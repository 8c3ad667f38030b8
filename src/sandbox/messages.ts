// What the engine and a sandbox worker say to each other. Strings are the realm's own messages, passed on unread.
import type { ExecuteOptions, SandboxLimits } from "../sandbox.ts";
import type { Json } from "../json.ts";
import type { Dialect } from "../run.ts";

/** What a realm is told before its script starts; it reads this as JSON text. */
export interface RealmSetup {
  dialect: Dialect;
  /** As stacks name the script. */
  file: string;
  /** Absent: none were given. */
  args?: Json;
  clock: ExecuteOptions["clock"];
  pipelineNull: ExecuteOptions["pipelineNull"];
  totalTokens: number | null;
  totalCostUsd: number | null;
  earlierTokens: number;
  spentTokens: number;
  spentCostUsd: number;
  /** Global that takes the value of `export default`; null when the script has none. */
  exportName: string | null;
}

/** A script in the form that runs: every line and column is the author's. */
export interface RunOrder {
  code: string;
  file: string;
  setup: RealmSetup;
  limits: SandboxLimits;
  /** Shared memory: the engine writes 1 to interrupt the script at once. */
  stop: Int32Array;
}

/** Engine to worker: the script once, then strings with answers, and null to ask for a sign of life. */
export type WorkerOrder = RunOrder | string | null;

export type LimitKind = "memory" | "stack" | "slice" | "size" | "crash";

/** Worker to engine; besides these, a string with the realm's messages, and null as a sign of life. */
export type WorkerReport =
  | { type: "limit"; kind: LimitKind; detail: string }
  /** The engine of the realm refuses the script's syntax; line and column from 1. */
  | { type: "syntax"; message: string; line: number; column: number };
