// Agents that wait for one provider, and those who serve them: tasks of a p-queue, one for each permit, as long as anybody waits.
import PQueue from "p-queue";
import type { RunPermits } from "./run_permits.ts";
import type { Turns } from "./turns.ts";

/** An agent that waits for its permits. */
export interface Waiting {
  runId: string;
  runConcurrency: number;
  /** Settles when the permits are free again; never rejects. */
  work: () => Promise<void>;
}

export interface WorkersOptions {
  concurrency: number;
  runs: RunPermits;
  turns: Turns;
  /** False: nobody is taken on for now. */
  mayStart: () => boolean;
  /** An agent has given back the permit of its run. */
  onFreed: () => void;
}

/** First in, first out; an agent whose run has no permit left lets those of other runs pass. */
export class Workers {
  readonly #options: WorkersOptions;
  readonly #queue: PQueue;
  readonly #waiting = new Map<string, Map<Waiting, number>>();
  #tickets = 0;
  /** Workers that are employed, and those of them that have yet to take an agent. */
  #employed = 0;
  #coming = 0;

  constructor(options: WorkersOptions) {
    this.#options = options;
    this.#queue = new PQueue({ concurrency: options.concurrency });
  }

  set concurrency(count: number) {
    this.#queue.concurrency = count;
    this.employ();
  }

  add(agent: Waiting): void {
    const ofRun = this.#waiting.get(agent.runId) ?? new Map<Waiting, number>();
    this.#waiting.set(agent.runId, ofRun.set(agent, ++this.#tickets));
    this.employ();
  }

  /** False: it does not wait. */
  remove(agent: Waiting): boolean {
    const ofRun = this.#waiting.get(agent.runId);
    if (!ofRun?.delete(agent)) return false;
    if (ofRun.size === 0) this.#waiting.delete(agent.runId);
    return true;
  }

  /** Those that wait, who then wait no more. */
  dismiss(): Waiting[] {
    const all = [...this.#waiting.values()].flatMap((ofRun) => [...ofRun.keys()]);
    this.#waiting.clear();
    return all;
  }

  /** Takes on workers for those who could start. To be called whenever that may have changed. */
  employ(): void {
    if (this.#waiting.size === 0 || !this.#options.mayStart()) return;
    let wanted = this.#startable() - this.#coming;
    for (; wanted > 0 && this.#employed < this.#queue.concurrency; wanted--) {
      this.#employed++;
      this.#coming++;
      void this.#queue.add(() => this.#serve());
    }
  }

  #startable(): number {
    let count = 0;
    for (const ofRun of this.#waiting.values()) count += Math.min(ofRun.size, this.#freeOf(ofRun));
    return count;
  }

  async #serve(): Promise<void> {
    for (;;) {
      const turn = this.#waiting.size > 0 ? this.#options.turns.next() : null;
      if (turn) await turn;
      this.#coming--;
      const agent = this.#next();
      if (!agent) break;
      await agent.work();
      this.#options.runs.give(agent.runId);
      this.#options.onFreed();
      this.#coming++;
    }
    this.#employed--;
  }

  /** Takes who is next out of the list, with a permit of the run. undefined: the worker is not needed now. */
  #next(): Waiting | undefined {
    if (this.#employed > this.#queue.concurrency || !this.#options.mayStart()) return undefined;
    let next: Waiting | undefined;
    let lowest = Infinity;
    for (const ofRun of this.#waiting.values()) {
      const [agent, ticket] = firstOf(ofRun);
      if (ticket > lowest || this.#freeOf(ofRun) === 0) continue;
      next = agent;
      lowest = ticket;
    }
    if (!next) return undefined;
    this.remove(next);
    this.#options.runs.take(next.runId);
    return next;
  }

  #freeOf(ofRun: Map<Waiting, number>): number {
    const [{ runId, runConcurrency }] = firstOf(ofRun);
    return this.#options.runs.free(runId, runConcurrency);
  }
}

/** No list of a run is empty. */
function firstOf(ofRun: Map<Waiting, number>): [Waiting, number] {
  return ofRun.entries().next().value as [Waiting, number];
}
