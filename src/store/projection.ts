// The header row of a run as a projection of its events: one event changes it by one step of this fold.
import type { CostUsd } from "../agent.ts";
import { addAmounts, addCounts } from "../lib/counts.ts";
import type { EventBody, RunStatus } from "../run.ts";

/** What `runs` holds beside the id, the name and the lease. */
export interface RunHeader {
  status: RunStatus;
  reason: string | null;
  /** Milliseconds since the epoch. */
  endedAt: number | null;
  lastSeq: number;
  agents: number;
  /** See RunCensus; failed and skipped ones of earlier parts run again and count no more. */
  doneAgents: number;
  emptyAgents: number;
  failedAgents: number;
  skippedAgents: number;
  cachedAgents: number;
  /** Where the run's newest part begins: the seq of its last run_started or run_resumed. */
  partSeq: number;
  inputTokens: number;
  outputTokens: number;
  /** null once any model's price was unknown. */
  costUsd: CostUsd;
}

/** What one step has been through: its last start, failure, skip or replay, and its last replay; a seq of 0 says that there was none. */
export interface StepHistory {
  seq: number;
  type: HistoryType;
  replaySeq: number;
}

export const HISTORY_TYPES = ["step_started", "step_failed", "step_replayed", "step_skipped"] as const;
export type HistoryType = (typeof HISTORY_TYPES)[number];

export function emptyHeader(): RunHeader {
  return {
    status: "queued",
    reason: null,
    endedAt: null,
    lastSeq: 0,
    agents: 0,
    doneAgents: 0,
    emptyAgents: 0,
    failedAgents: 0,
    skippedAgents: 0,
    cachedAgents: 0,
    partSeq: 0,
    inputTokens: 0,
    outputTokens: 0,
    costUsd: 0,
  };
}

/** Changes `header` by one event. `history` is asked only for events that start, replay or skip a step. */
export function projectEvent(
  header: RunHeader,
  event: EventBody,
  at: number,
  history: (step: string) => StepHistory,
): void {
  header.lastSeq++;
  switch (event.type) {
    case "step_started":
      return projectStart(header, history(event.step));
    case "step_replayed":
      return projectReplay(header, history(event.step));
    case "step_skipped":
      if (history(event.step).seq === 0) header.agents++;
      header.skippedAgents++;
      return;
    case "step_failed":
      header.failedAgents++;
      return addPaid(header, event.usage, event.costUsd);
    case "step_completed":
      header.doneAgents++;
      if (event.value === "") header.emptyAgents++;
      return addPaid(header, event.usage, event.costUsd);
    default:
      return projectStatus(header, event, at);
  }
}

function projectStatus(header: RunHeader, event: EventBody, at: number): void {
  switch (event.type) {
    case "run_started":
    case "run_resumed":
      return beginPart(header);
    case "run_paused":
      return setStatus(header, "paused", event.reason, null);
    case "run_waiting":
      return setStatus(header, "waiting", event.question.text, null);
    case "question_answered":
      if (header.status === "waiting") setStatus(header, "running", null, null);
      return;
    case "run_completed":
      return setStatus(header, "completed", null, at);
    case "run_failed":
      return setStatus(header, "failed", event.error.message, at);
    case "run_cancelled":
      return setStatus(header, "cancelled", null, at);
  }
}

function beginPart(header: RunHeader): void {
  setStatus(header, "running", null, null);
  Object.assign(header, { partSeq: header.lastSeq, failedAgents: 0, skippedAgents: 0, cachedAgents: 0 });
}

function setStatus(header: RunHeader, status: RunStatus, reason: string | null, endedAt: number | null): void {
  header.status = status;
  header.reason = reason;
  header.endedAt = endedAt;
}

/** A step counts once, however often it is started again; one that failed and runs again has not failed any more. */
function projectStart(header: RunHeader, { seq, type }: StepHistory): void {
  if (seq === 0) header.agents++;
  if (seq <= header.partSeq) return;
  if (type === "step_failed") header.failedAgents--;
  if (type === "step_skipped") header.skippedAgents--;
}

function projectReplay(header: RunHeader, { seq, replaySeq }: StepHistory): void {
  if (seq === 0) header.agents++;
  if (replaySeq <= header.partSeq) header.cachedAgents++;
}

function addPaid(header: RunHeader, usage: { inputTokens: number; outputTokens: number }, costUsd: CostUsd): void {
  // What a provider said must never keep a run from being recorded.
  header.inputTokens = addCounts(header.inputTokens, usage.inputTokens);
  header.outputTokens = addCounts(header.outputTokens, usage.outputTokens);
  header.costUsd = addAmounts(header.costUsd, costUsd);
}
