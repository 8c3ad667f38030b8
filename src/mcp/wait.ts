// A bounded wait for a run: it ends with the run, at its question, with its time, or with the caller; the run goes on in any case.
import type { Engine } from "../engine.ts";
import type { Event } from "../run.ts";

const GOES_ON_MS = 10_000;
/** A process has to start first. */
const BEGINS_MS = 20_000;
const POLL_MS = 200;

export interface WaitOptions {
  waitMs: number;
  signal: AbortSignal;
  progressEveryMs: number;
  /** Told again and again while the run goes on. */
  onProgress?: (progress: Progress) => void;
}

export interface Progress {
  done: number;
  started: number;
  phase: string | null;
}

export async function waitForRun(engine: Engine, id: string, options: WaitOptions): Promise<void> {
  const { waitMs, signal, progressEveryMs, onProgress } = options;
  const progress: Progress = { done: 0, started: 0, phase: null };
  const stopped = new AbortController();
  let isStill = false;
  const add = (events: Event[]) => {
    for (const event of events) {
      if (event.type === "step_started") progress.started++;
      if (event.type === "step_completed" || event.type === "step_failed") progress.done++;
      if (event.type === "phase_started") progress.phase = event.title;
      isStill = standsStill(event) ?? isStill;
    }
    // Only the newest counts: the past is full of questions that were answered.
    if (isStill) stopped.abort();
  };
  const until = AbortSignal.any([signal, stopped.signal, AbortSignal.timeout(Math.max(1, waitMs))]);
  const timer = onProgress && setInterval(() => onProgress({ ...progress }), progressEveryMs);
  try {
    await engine.follow(id, { after: 0, detail: "brief", everyMs: 200 }, add, until);
  } finally {
    clearInterval(timer);
  }
}

/** null: the event says nothing about it. */
function standsStill({ type }: Event): boolean | null {
  if (type === "run_waiting" || type === "run_paused") return true;
  return type === "question_answered" || type === "run_resumed" || type === "run_started" ? false : null;
}

/** How often a run was begun or gone on with. */
export async function beginningsOf(engine: Engine, id: string): Promise<number> {
  let count = 0;
  const types: Event["type"][] = ["run_started", "run_resumed"];
  await engine.follow(id, { after: 0, types, detail: "brief", live: false }, (events) => count += events.length);
  return count;
}

/** False: no process has taken the run up in time; it said why to nobody. A run that stands still ends a follower, so it is asked for. */
export async function waitForBeginning(engine: Engine, id: string, { after }: { after: number }): Promise<boolean> {
  const untilMs = performance.now() + BEGINS_MS;
  while (performance.now() < untilMs) {
    if (await beginningsOf(engine, id) > after) return true;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  return false;
}

/** After an answer: until its run has taken it, so that nobody is asked the same again. `resumes`: a new process has to begin first. */
export async function waitForGoingOn(
  engine: Engine,
  { id, key, resumes, signal }: { id: string; key: string; resumes: boolean; signal: AbortSignal },
): Promise<void> {
  const goesOn = new AbortController();
  let isAnswered = false;
  const add = (events: Event[]) => {
    for (const event of events) {
      if (event.type === "question_answered" && event.key === key) isAnswered = true;
      if (isAnswered && (!resumes || event.type === "run_resumed")) goesOn.abort();
    }
  };
  const until = AbortSignal.any([signal, goesOn.signal, AbortSignal.timeout(GOES_ON_MS)]);
  const types: Event["type"][] = ["question_answered", "run_resumed"];
  await engine.follow(id, { after: 0, types, detail: "brief" }, add, until);
}
