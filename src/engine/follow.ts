// Following a run: its events in order, from the store, whoever writes them.
import { setImmediate } from "node:timers";
import type { FollowOptions } from "../engine.ts";
import { type Event, type EventText, hasEnded, type RunRecord } from "../run.ts";
import type { EventFilter, Store } from "../store.ts";
import { brief, briefText } from "./brief.ts";
import type { LiveRun } from "./live_run.ts";

/** How often the events of a run in another process are looked for. */
const POLL_MS = 200;
/** Events of one read: a long past goes out by portions, and others have their turn between them. */
const PORTION = 500;

export interface Following {
  store: Store;
  runId: string;
  /** The run if this process owns it; its commits wake the follower, so that nothing is polled. */
  live: LiveRun | undefined;
  options: FollowOptions;
  signal?: AbortSignal | undefined;
}

export function followRun(following: Following, onEvents: (events: Event[]) => void): Promise<void> {
  const { store, runId, options } = following;
  const give = options.detail === "brief" ? (events: Event[]) => onEvents(events.map(brief)) : onEvents;
  return follow(following, (filter) => store.events(runId, filter), give);
}

export function followRunTexts(following: Following, onTexts: (events: EventText[]) => void): Promise<void> {
  const { store, runId, options } = following;
  const give = options.detail === "brief" ? (events: EventText[]) => onTexts(events.map(briefText)) : onTexts;
  return follow(following, (filter) => store.eventTexts(runId, filter), give);
}

async function follow<Item extends { seq: number }>(
  { store, runId, live, options, signal }: Following,
  read: (filter: EventFilter) => Promise<Item[]>,
  give: (items: Item[]) => void,
): Promise<void> {
  let { after, limit: left = Infinity } = options;
  if (options.live === false) return await drain();
  const wake = createWake(live, signal);
  try {
    while (!signal?.aborted) {
      // The status is read before the events: what is written in between comes with the next round.
      const stopped = live ? live.hasStopped : hasStopped(await store.getRun(runId));
      await drain();
      if (stopped || left === 0) return;
      await wake.wait(options.everyMs ?? 0);
    }
  } finally {
    wake.stop();
  }

  async function drain(): Promise<void> {
    const types = options.types ? { types: options.types } : {};
    while (!signal?.aborted && left > 0) {
      const limit = Math.min(PORTION, left);
      const items = await read({ after, limit, ...types });
      if (items.length > 0) give(items);
      after = items.at(-1)?.seq ?? after;
      left -= items.length;
      if (items.length < limit) return;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

/** Nothing more comes by itself: a run that waits for an answer goes on only while its owner lives. */
function hasStopped({ status, isOwned }: RunRecord): boolean {
  if (status === "waiting") return !isOwned;
  return hasEnded(status) || status === "paused" || status === "interrupted";
}

/** Waits for commits, and at least for a time; the run's end and the signal end every wait. */
function createWake(live: LiveRun | undefined, signal: AbortSignal | undefined) {
  let isRung = false;
  let isResting = false;
  let isOver = false;
  let resume = () => {};
  const ring = () => {
    isRung = true;
    if (!isResting) resume();
  };
  const end = () => {
    isOver = true;
    resume();
  };
  const unlisten = live?.journal.onWritten(ring);
  // Once, and not in each wait: the promise lives as long as the run, and would keep all of them.
  void live?.stopped.then(end);
  signal?.addEventListener("abort", end);

  async function rest(ms: number): Promise<void> {
    isResting = true;
    let timer;
    await new Promise<void>((resolve) => timer = setTimeout(resume = resolve, ms));
    clearTimeout(timer);
    isResting = false;
  }

  async function wait(everyMs: number): Promise<void> {
    const restMs = live ? everyMs : Math.max(everyMs, POLL_MS);
    if (restMs > 0 && !isOver) await rest(restMs);
    if (live && !isRung && !isOver) await new Promise<void>((resolve) => resume = resolve);
    isRung = false;
  }

  const stop = () => {
    unlisten?.();
    signal?.removeEventListener("abort", end);
  };
  return { wait, stop };
}
