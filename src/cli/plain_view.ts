// Progress as lines, where no terminal shows a live view: a CI job, a pipe, a coding agent.
import { namedList } from "../lib/named_list.ts";
import type { Event } from "../run.ts";
import { duration, plural } from "./amounts.ts";
import { logLine, PROGRESS_EVENTS, progressLine, STEP_EVENTS } from "./event_line.ts";
import type { Printer } from "./printer.ts";
import type { ProgressView } from "./progress_view.ts";
import { StepLabels } from "./step_labels.ts";
import type { World } from "./world.ts";

/** CI systems end jobs that print nothing for some minutes; a line for each of a thousand agents would bury the others. */
const SUMMARY_EVERY_MS = 30_000;
/** Agents at work that are named. */
const MOST_NAMED = 3;

/**
 * One line for each phase change, log line and failure, and every half a minute one about the agents. `withAgents`: a line for each step
 * instead.
 */
export function openPlainView(
  { world, printer }: { world: World; printer: Printer },
  withAgents: boolean,
): ProgressView {
  let last = Promise.resolve();
  let isSuspended = false;
  const labels = new StepLabels();
  const tally = new AgentTally(labels);
  const startedAt = world.now();
  const lineOf = (event: Event) =>
    withAgents && STEP_EVENTS.includes(event.type) ? logLine(event, (step) => labels.of(step)) : progressLine(event);
  const print = (lines: string[]) => {
    if (lines.length > 0) last = printer.err(lines.map((line) => `${line}\n`).join(""));
  };
  const stop = world.every(SUMMARY_EVERY_MS, () => {
    if (!withAgents && !isSuspended && tally.running > 0) {
      print([`${tally.line()} · ${duration(world.now() - startedAt)}`]);
    }
  });
  const isNews = phaseChanges();
  return {
    types: [...PROGRESS_EVENTS, ...STEP_EVENTS],
    add(events) {
      for (const event of events) {
        labels.add(event);
        tally.add(event);
      }
      print(events.filter(isNews).map(lineOf).filter((line) => line !== null));
    },
    suspend() {
      isSuspended = true;
      return last;
    },
    resume: () => void (isSuspended = false),
    close() {
      stop();
      return last;
    },
  };
}

/** What became of the agents so far. */
class AgentTally {
  readonly #labels: StepLabels;
  readonly #running = new Set<string>();
  #done = 0;
  #failed = 0;

  constructor(labels: StepLabels) {
    this.#labels = labels;
  }

  get running(): number {
    return this.#running.size;
  }

  add(event: Event): void {
    if (event.type === "step_started") this.#running.add(event.step);
    if (event.type === "step_completed" || event.type === "step_replayed") this.#done++;
    if (event.type === "step_failed") this.#failed++;
    if (event.type === "step_completed" || event.type === "step_failed" || event.type === "step_skipped") {
      this.#running.delete(event.step);
    }
  }

  /** `· 3 agents done, 1 failed, 2 running: [a], [b]`. */
  line(): string {
    const failed = this.#failed > 0 ? `, ${this.#failed} failed` : "";
    const named = namedList([...this.#running].map((step) => this.#labels.of(step)), MOST_NAMED);
    return `· ${plural(this.#done, "agent")} done${failed}, ${this.#running.size} running: ${named}`;
  }
}

/** A phase that begins anew while it is the current one is no news. */
function phaseChanges(): (event: Event) => boolean {
  let phase: string | null = null;
  return (event) => {
    if (event.type !== "phase_started") return true;
    const isChange = event.title !== phase;
    phase = event.title;
    return isChange;
  };
}
