// Names of a run's steps for lines about them: a step's later events bear its id alone.
import type { Event } from "../run.ts";
import { safeLine } from "./terminal_text.ts";

export class StepLabels {
  readonly #labels = new Map<string, string>();

  /** To be given each event before its line is made. */
  add(event: Event): void {
    if (event.type === "step_started") this.#set(event.step, event.handling.label);
    else if (event.type === "step_queued" || event.type === "step_replayed") this.#set(event.step, event.label);
  }

  /** `[review a.ts]`, or the beginning of the step's id. */
  of(step: string): string {
    return `[${this.#labels.get(step) ?? safeLine(step).slice(0, 12)}]`;
  }

  #set(step: string, label: string | undefined): void {
    if (label) this.#labels.set(step, safeLine(label));
  }
}
