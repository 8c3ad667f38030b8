// A run's record, folded from the events that concern the run as a whole.
import type { Event, Run, RunCensus, RunRecord, RunSpec } from "../run.ts";

/** `events`: those of the run without its steps, phases and logs, in order; the first is `run_created`. */
export function foldRecord(run: Run, census: RunCensus, events: Event[]): RunRecord {
  const created = events[0];
  if (created?.type !== "run_created") throw new Error(`malformed journal: run ${run.id} lacks its first event`);
  const record: RunRecord = { ...run, spec: wholeSpec(created.spec), census, ...nothingYet(), isOwned: false };
  for (const event of events) foldEvent(record, event);
  if (run.status !== "paused") record.resumesAt = null;
  return record;
}

/** What a run's newest part came to: a resumed run goes through its script anew, so earlier ends count no more. */
function nothingYet(): Pick<RunRecord, "result" | "error" | "failures" | "durationMs" | "resumesAt" | "question"> {
  return { result: null, error: null, failures: [], durationMs: null, resumesAt: null, question: null };
}

/** Specs of schema 1 had no hard budgets. */
function wholeSpec(spec: RunSpec): RunSpec {
  return { ...spec, limits: { ...spec.limits, hard: spec.limits.hard ?? false } };
}

function foldEvent(record: RunRecord, event: Event): void {
  switch (event.type) {
    case "run_started":
      Object.assign(record, nothingYet());
      return;
    case "run_resumed":
      record.spec = wholeSpec({ ...record.spec, ...event.changes });
      Object.assign(record, nothingYet());
      return;
    case "run_paused":
      record.resumesAt = event.resumesAt ?? null;
      return;
    case "run_waiting":
      record.question = event.question;
      return;
    case "question_answered":
      if (event.key === record.question?.key) record.question = null;
      return;
    case "failure_recorded":
      record.failures.push(event.failure);
      return;
    default:
      foldEnd(record, event);
  }
}

function foldEnd(record: RunRecord, event: Event): void {
  if (event.type !== "run_completed" && event.type !== "run_failed" && event.type !== "run_cancelled") return;
  if (event.type === "run_completed") record.result = event.result;
  if (event.type === "run_failed") record.error = event.error;
  record.durationMs = event.durationMs;
  record.question = null;
}
