// What stdout receives from a run: its result as text, one JSON document, or its events.
import type { ErrorInfo } from "../errors.ts";
import type { Json } from "../json.ts";
import type { Event, Failure, Question, RunCensus, RunRecord, RunStatus, RunUsage } from "../run.ts";
import type { Printer } from "./printer.ts";
import { safeJson } from "./terminal_text.ts";

export type OutputFormat = "text" | "json" | "stream-json";

/** The document of `--output json`. */
export interface RunDocument {
  /** null: nothing was started. */
  runId: string | null;
  status: RunStatus;
  result: Json;
  error?: ErrorInfo;
  /** Why a run stands still. */
  reason?: string;
  /** When a paused run can go on, where a provider said so. */
  resumesAt?: string;
  /** What a waiting run asks. */
  question?: Question;
  failures: Failure[];
  census: RunCensus;
  usage: RunUsage;
  durationMs: number;
}

/** What output reads of a run. */
export type RunOutcome =
  & Pick<RunRecord, "status" | "result" | "error" | "failures" | "census" | "usage" | "durationMs">
  & Partial<Pick<RunRecord, "reason" | "resumesAt" | "question">>
  & { id: string | null };

export interface ResultOutput {
  /** Present when events are wanted, prompts and answers included. */
  add?: (runId: string, events: Event[]) => void;
  end(run: RunOutcome): Promise<void>;
  /** The run did not start, or nobody knows what came of it. */
  fail(error: ErrorInfo, runId: string | null): Promise<void>;
}

/** `now`: milliseconds since the epoch. */
export function openResultOutput(format: OutputFormat, printer: Printer, now: () => number): ResultOutput {
  if (format === "json") return jsonOutput(printer, now);
  if (format === "stream-json") return streamOutput(printer, now);
  return textOutput(printer);
}

function textOutput(printer: Printer): ResultOutput {
  return {
    async end(run) {
      if (run.status !== "completed") return;
      const isText = typeof run.result === "string";
      const text = isText ? run.result as string : safeJson(run.result, 2);
      await printer.outText(text.endsWith("\n") ? text : `${text}\n`);
    },
    fail: () => Promise.resolve(),
  };
}

function jsonOutput(printer: Printer, now: () => number): ResultOutput {
  const openedAt = now();
  return {
    end: (run) => printer.out(`${safeJson(runDocument(run))}\n`),
    fail: (error, runId) => printer.out(`${safeJson(failedDocument(error, runId, now() - openedAt))}\n`),
  };
}

function streamOutput(printer: Printer, now: () => number): ResultOutput {
  const openedAt = now();
  let last: Promise<void> = Promise.resolve();
  const write = (runId: string | null, events: object[]) => {
    const text = events.map((event) => `${safeJson({ runId, ...event })}\n`).join("");
    last = last.then(() => printer.out(text));
    last.catch(() => {});
    return last;
  };
  return {
    add: (runId, events) => void write(runId, events),
    end: () => last,
    fail(error, runId) {
      const { usage, durationMs } = failedDocument(error, runId, now() - openedAt);
      return write(runId, [{ type: "run_failed", error, usage, durationMs, at: now() }]);
    },
  };
}

function runDocument(run: RunOutcome): RunDocument {
  const isStanding = run.status === "paused" || run.status === "waiting" || run.status === "interrupted";
  return {
    runId: run.id,
    status: run.status,
    result: run.result,
    ...(run.error ? { error: run.error } : {}),
    ...(isStanding && run.reason ? { reason: run.reason } : {}),
    ...(isStanding && run.resumesAt ? { resumesAt: run.resumesAt } : {}),
    ...(isStanding && run.question ? { question: run.question } : {}),
    failures: run.failures,
    census: run.census,
    usage: run.usage,
    durationMs: run.durationMs ?? 0,
  };
}

function failedDocument(error: ErrorInfo, runId: string | null, durationMs: number): RunDocument {
  return { runId, status: "failed", result: null, error, ...nothingDone(), durationMs };
}

/** A result that came from a journal alone: no run, and nothing spent. */
export function replayedOutcome(result: Json, durationMs: number): RunOutcome {
  return { id: null, status: "completed", result, error: null, ...nothingDone(), durationMs };
}

function nothingDone(): Pick<RunOutcome, "failures" | "census" | "usage"> {
  return {
    failures: [],
    census: { done: 0, failed: 0, skipped: 0, cached: 0, empty: 0 },
    usage: { agents: 0, cachedAgents: 0, inputTokens: 0, outputTokens: 0, costUsd: 0 },
  };
}
