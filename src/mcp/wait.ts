// A bounded wait for a run: it ends with the run, with its time, or with the caller; the run goes on in any case.
import type { Engine } from "../engine.ts";
import type { Event } from "../run.ts";

const PROGRESS_EVERY_MS = 5_000;

export interface WaitOptions {
  waitMs: number;
  signal: AbortSignal;
  /** Told every few seconds while the run goes on. */
  onProgress?: (progress: { done: number; started: number; phase: string | null }) => void;
}

export async function waitForRun(
  engine: Engine,
  id: string,
  { waitMs, signal, onProgress }: WaitOptions,
): Promise<void> {
  const stop = AbortSignal.any([signal, AbortSignal.timeout(Math.max(1, waitMs))]);
  const progress = { done: 0, started: 0, phase: null as string | null };
  let isAsking = false;
  const asking = new AbortController();
  const add = (events: Event[]) => {
    for (const event of events) {
      if (event.type === "step_started") progress.started++;
      if (event.type === "step_completed" || event.type === "step_failed") progress.done++;
      if (event.type === "phase_started") progress.phase = event.title;
      if (event.type === "run_waiting") isAsking = true;
      if (event.type === "question_answered") isAsking = false;
    }
    if (isAsking) asking.abort();
  };
  const timer = setInterval(() => onProgress?.({ ...progress }), PROGRESS_EVERY_MS);
  try {
    await engine.follow(id, { after: 0, detail: "brief", everyMs: 200 }, add, AbortSignal.any([stop, asking.signal]));
  } finally {
    clearInterval(timer);
  }
}
