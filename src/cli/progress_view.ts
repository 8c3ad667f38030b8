// How a run's progress is shown: live on a terminal, as plain lines elsewhere, or not at all.
import type { Event, EventBody, Run } from "../run.ts";
import { openPlainView } from "./plain_view.ts";
import type { Printer } from "./printer.ts";
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
  return openPlainView({ world, printer }, withAgents === true);
}
