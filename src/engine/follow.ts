// Following a run: its events in order, from the store, whoever writes them.
import type { FollowOptions } from "../engine.ts";
import { isJsonObject, type Json } from "../json.ts";
import { type Event, hasEnded, type RunRecord, type ToolOutcome } from "../run.ts";
import type { Store } from "../store.ts";
import type { LiveRun } from "./live_run.ts";

/** How often the events of a run in another process are looked for. */
const POLL_MS = 200;
const BATCH = 2000;
/** Of each text of a tool call, for progress views. */
const BRIEF_CHARS = 200;

/** `live`: the run if this process owns it; its commits wake the follower, so that nothing is polled. */
export async function followRun(
  store: Store,
  runId: string,
  live: LiveRun | undefined,
  options: FollowOptions,
  onEvents: (events: Event[]) => void,
  signal?: AbortSignal,
): Promise<void> {
  let after = options.after;
  const wake = createWake(live, signal);
  try {
    while (!signal?.aborted) {
      // The status is read before the events: what is written in between comes with the next round.
      const stopped = live ? live.hasStopped : hasStopped(await store.getRun(runId));
      after = await drain(after);
      if (stopped || options.live === false) return;
      await wake.wait(options.everyMs ?? 0);
    }
  } finally {
    wake.stop();
  }

  async function drain(from: number): Promise<number> {
    let last = from;
    for (;;) {
      const filter = options.types ? { types: options.types } : {};
      const events = await store.events(runId, { after: last, limit: BATCH, ...filter });
      if (events.length > 0) onEvents(options.detail === "brief" ? events.map(brief) : events);
      last = events.at(-1)?.seq ?? last;
      if (events.length < BATCH) return last;
    }
  }
}

/** Nothing more comes by itself: a run that waits for an answer goes on only while its owner lives. */
function hasStopped({ status, isOwned }: RunRecord): boolean {
  if (status === "waiting") return !isOwned;
  return hasEnded(status) || status === "paused" || status === "interrupted";
}

function createWake(live: LiveRun | undefined, signal: AbortSignal | undefined) {
  let pending = false;
  let resume: (() => void) | null = null;
  const ring = () => {
    pending = true;
    resume?.();
  };
  const stop = live?.journal.onCommitted(ring) ?? (() => {});
  signal?.addEventListener("abort", ring);

  async function wait(everyMs: number): Promise<void> {
    if (!live) return sleep(Math.max(everyMs, POLL_MS));
    if (everyMs > 0) await Promise.race([sleep(everyMs), live.stopped]);
    // The last commit rings before the run counts as stopped: the end itself must wake too.
    if (!pending) await Promise.race([new Promise<void>((done) => resume = done), live.stopped]);
    resume = null;
    pending = false;
  }

  return {
    wait,
    stop() {
      stop();
      signal?.removeEventListener("abort", ring);
    },
  };
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** A step's prompt and answer are for those who ask for them. */
function brief(event: Event): Event {
  if (event.type === "step_started") return { ...event, request: { prompt: "" } };
  if (event.type === "step_completed") return { ...event, value: null };
  if (event.type === "tool_started") return { ...event, input: briefInput(event.input) };
  if (event.type === "tool_ended") return { ...event, output: event.isError ? event.output.slice(0, BRIEF_CHARS) : "" };
  if (event.type === "tool_answered") {
    return { ...event, input: briefInput(event.input), outcome: briefOutcome(event.outcome) };
  }
  return event;
}

/** Enough to see what a tool works on: the beginnings of its input's texts. */
function briefInput(input: Json): Json {
  if (!isJsonObject(input)) return null;
  const members = Object.entries(input).map(([name, value]) => [name, briefValue(value)]);
  return Object.fromEntries(members);
}

function briefValue(value: Json): Json {
  if (typeof value === "string") return value.slice(0, BRIEF_CHARS);
  if (typeof value !== "object" || value === null) return value;
  return JSON.stringify(value).slice(0, BRIEF_CHARS);
}

function briefOutcome(outcome: ToolOutcome): ToolOutcome {
  return outcome.status === "completed" ? { status: "completed", value: null } : outcome;
}
