// How a run's progress is shown: live on a terminal, as plain lines elsewhere, or not at all.
import type { Event, EventBody, Run } from "../run.ts";
import { logLine, PROGRESS_EVENTS, progressLine, STEP_EVENTS } from "./event_line.ts";
import type { Printer } from "./printer.ts";
import { StepLabels } from "./step_labels.ts";
import type { World } from "./world.ts";

export interface ProgressView {
  /** The events that it wants; absent: all. */
  types?: EventBody["type"][];
  add(events: Event[]): void;
  /** Leaves stderr to others until `resume`. */
  suspend(): Promise<void>;
  resume(): void;
  /** Leaves nothing behind that is not a finished line. */
  close(): Promise<void>;
}

export interface ProgressOptions {
  run: Pick<Run, "id" | "name" | "startedAt">;
  /** The view's clock began with the run, not now. */
  sinceStart?: boolean;
  /** Plain lines tell of each agent. */
  withAgents?: boolean;
  quiet: boolean;
  /** stdout receives events as they come. */
  isStreaming: boolean;
}

/** null: nothing is to be shown. */
export async function openProgressView(
  { run, quiet, isStreaming, sinceStart, withAgents }: ProgressOptions,
  { world, printer }: { world: World; printer: Printer },
): Promise<ProgressView | null> {
  const isMixed = isStreaming && world.stdout.isTerminal && world.stderr.isTerminal;
  if (quiet || isMixed) return null;
  const isLive = world.stderr.isTerminal && world.env("TERM") !== "dumb";
  if (isLive) {
    return (await import("./live/live_view.ts")).openLiveView(
      run,
      world,
      sinceStart ? Date.parse(run.startedAt) : world.now(),
    );
  }
  await printer.note(`run ${run.id}: ${run.name}`);
  return openPlainView(printer, withAgents === true);
}

/** One line for each phase change, log line and failure; `withAgents`: for each step too. */
function openPlainView(printer: Printer, withAgents: boolean): ProgressView {
  let last = Promise.resolve();
  const labels = new StepLabels();
  const lineOf = (event: Event) => {
    labels.add(event);
    return withAgents && STEP_EVENTS.includes(event.type)
      ? logLine(event, (step) => labels.of(step))
      : progressLine(event);
  };
  let phase: string | null = null;
  const isNews = (event: Event) => {
    if (event.type !== "phase_started") return true;
    const isChange = event.title !== phase;
    phase = event.title;
    return isChange;
  };
  return {
    types: [...PROGRESS_EVENTS, ...(withAgents ? STEP_EVENTS : [])],
    add(events) {
      const lines = events.filter(isNews).map(lineOf).filter((line) => line !== null);
      if (lines.length) last = printer.err(lines.map((line) => `${line}\n`).join(""));
    },
    suspend: () => last,
    resume: () => {},
    close: () => last,
  };
}
