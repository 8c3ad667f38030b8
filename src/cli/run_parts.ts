// The parts of a run's journal: each resume begins one, and views show the newest alone.
import type { Engine, ResumeRequest } from "../engine.ts";
import type { Event, EventBody, Run } from "../run.ts";

export interface Started {
  run: Run;
  /** No event of this part has this seq or a lower one; events of earlier parts may have a higher one. 0: there is no earlier part. */
  after: number;
}

/** Events that stand between parts, or near their ends. */
const PART_EVENTS: EventBody["type"][] = [
  "run_created",
  "run_started",
  "run_resumed",
  "run_paused",
  "run_waiting",
  "question_answered",
  "run_completed",
  "run_failed",
  "run_cancelled",
];

/** The events that a part begins with. */
export const PART_BEGINNINGS: readonly EventBody["type"][] = ["run_started", "run_resumed"];

/** Goes on with a run in this process. */
export async function resumeRun(engine: Engine, request: ResumeRequest): Promise<Started> {
  let after = 0;
  const onEvents = (events: Event[]) => void (after = events.at(-1)?.seq ?? after);
  await engine.follow(request.ref, { after, types: PART_EVENTS, detail: "brief", live: false }, onEvents);
  return { run: await engine.resume(request), after };
}

/** Passes on the events of the newest part alone. */
export function newestPart(after: number, onEvents: (events: Event[]) => void): (events: Event[]) => void {
  let hasBegun = after === 0;
  return (events) => {
    const from = hasBegun ? 0 : events.findIndex(({ type }) => PART_BEGINNINGS.includes(type));
    if (from < 0) return;
    hasBegun = true;
    onEvents(events.slice(from));
  };
}
