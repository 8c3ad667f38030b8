// Tells the journal which calls had to wait for a permit: one round of events for all calls of a tick.
import type { EventBody } from "../run.ts";
import type { Journal } from "./journal.ts";
import { namesOf } from "./step_events.ts";
import type { StepCall } from "./step_runner.ts";

/** A call that is new in this tick. */
export interface Fresh {
  call: StepCall;
  /** Neither started nor ended. */
  isWaiting: boolean;
}

export class WaitingNotes {
  readonly #journal: Journal;
  readonly #signal: AbortSignal;
  #fresh: Fresh[] = [];

  /** `signal`: the end of the run. */
  constructor(journal: Journal, signal: AbortSignal) {
    this.#journal = journal;
    this.#signal = signal;
  }

  /** Free permits are given within the microtasks of this tick: a call without one after them has to wait. */
  add(fresh: Fresh): void {
    if (this.#fresh.push(fresh) === 1) setTimeout(() => this.#note(), 0);
  }

  #note(): void {
    const waiting = this.#fresh.filter(({ isWaiting }) => isWaiting);
    this.#fresh = [];
    if (waiting.length === 0 || this.#signal.aborted) return;
    this.#journal.note(...waiting.map(queuedEvent));
  }
}

function queuedEvent({ call: { step, handling } }: Fresh): EventBody {
  return { type: "step_queued", step, ...namesOf(handling) };
}
