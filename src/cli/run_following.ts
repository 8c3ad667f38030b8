// Follows a run: its events go to the progress view, to stdout and to whoever answers its questions, as they come.
import type { Engine, FollowOptions } from "../engine.ts";
import { errorInfo } from "../errors.ts";
import type { Event, RunRecord } from "../run.ts";
import type { Printer } from "./printer.ts";
import type { ProgressView } from "./progress_view.ts";
import type { ResultOutput } from "./result_output.ts";
import { newestPart, PART_BEGINNINGS } from "./run_parts.ts";
import { QUESTION_EVENTS, type Questions } from "./run_questions.ts";

/** Often enough for eyes, seldom enough to cost nothing. */
const VIEW_EVERY_MS = 100;
const STREAM_EVERY_MS = 20;

export interface Following {
  runId: string;
  /** See Started. */
  after: number;
  view: ProgressView | null;
  output: Pick<ResultOutput, "add">;
  /** null: the run asks nobody. */
  questions: Questions | null;
  printer: Printer;
}

/** The run as it stands when it has ended, paused or waits. Throws what `outcome` throws. */
export async function followToOutcome(engine: Engine, following: Following): Promise<RunRecord> {
  const stop = new AbortController();
  const settled = followEvents(engine, following, stop.signal);
  try {
    const record = await engine.outcome(following.runId);
    stop.abort();
    await settled;
    return record;
  } finally {
    stop.abort();
  }
}

/** Follows until the run or `signal` ends it, then takes what is left. A view that breaks is no reason to end a run. */
export async function followEvents(engine: Engine, following: Following, signal: AbortSignal): Promise<void> {
  const { runId, view, output, questions, printer } = following;
  if (!view && !output.add && !questions) return;
  let after = following.after;
  const pass = newestPart(after, (events) => {
    view?.add(events);
    output.add?.(runId, events);
    questions?.add(events);
  });
  const onEvents = (events: Event[]) => {
    after = events.at(-1)?.seq ?? after;
    pass(events);
  };
  const options = followOptions(following);
  try {
    await engine.follow(runId, { ...options, after }, onEvents, signal);
    await engine.follow(runId, { ...options, after, live: false }, onEvents);
  } catch (error) {
    await printer.warn(`progress cannot be shown any more: ${errorInfo(error).message}; the run goes on`);
  }
}

function followOptions({ view, output }: Following): Omit<FollowOptions, "after"> {
  if (output.add) return { detail: "full", everyMs: STREAM_EVERY_MS };
  if (view && !view.types) return { detail: "brief", everyMs: VIEW_EVERY_MS };
  const types = new Set([...view?.types ?? [], ...QUESTION_EVENTS, ...PART_BEGINNINGS]);
  return { detail: "brief", everyMs: VIEW_EVERY_MS, types: [...types] };
}
