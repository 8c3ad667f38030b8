// Group commit: everything that is appended in one turn of the event loop shares one transaction.
import { clearImmediate, setImmediate } from "node:timers";
import type { EventBody } from "../run.ts";

/** An event as it will be written. */
export interface EncodedEvent {
  event: EventBody;
  /** The event as JSON text. */
  body: string;
  /** Milliseconds since the epoch. */
  at: number;
}

/** One call of append(): written whole or not at all. */
export interface Batch {
  runId: string;
  owner: string | undefined;
  events: EncodedEvent[];
}

/** Writes and commits; gives the error of each batch that was refused, by its position. Throws when nothing was written. */
export type CommitBatches = (batches: Batch[]) => Map<number, Error>;

/** Settles when everything that was committed before the call is on the disk. */
export type Persist = () => Promise<void>;

interface Waiting {
  resolve: () => void;
  reject: (error: unknown) => void;
}

/**
 * Collects batches until the current turn of the event loop is over, commits them, and settles them when they are on the disk. While the
 * disk is at work the thread goes on, and what comes meanwhile is the next group: the slower the disk, the larger the groups.
 */
export class GroupCommit {
  readonly #commit: CommitBatches;
  readonly #persist: Persist;
  #batches: Batch[] = [];
  #waiting: Waiting[] = [];
  /** Committed, and not known to be on the disk. */
  #committed: Waiting[] = [];
  #persisting: Promise<void> | null = null;
  #immediate: ReturnType<typeof setImmediate> | undefined;

  constructor(commit: CommitBatches, persist: Persist) {
    this.#commit = commit;
    this.#persist = persist;
  }

  /** Settles when the batch is on the disk. */
  add(batch: Batch): Promise<void> {
    if (this.#batches.push(batch) === 1 && !this.#persisting) this.#schedule();
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  /** Commits now what is waiting, so that reads see it. */
  flush(): void {
    if (this.#immediate) clearImmediate(this.#immediate);
    this.#immediate = undefined;
    if (this.#batches.length === 0) return;
    const batches = this.#batches;
    const waiting = this.#waiting;
    this.#batches = [];
    this.#waiting = [];
    try {
      const refused = this.#commit(batches);
      waiting.forEach((one, position) => this.#keepOrRefuse(one, refused.get(position)));
    } catch (error) {
      for (const one of waiting) one.reject(error);
    }
    if (this.#committed.length > 0) this.#persisting ??= this.#persistAll();
  }

  /** Commits what is waiting, and settles when all of it is on the disk. */
  async drain(): Promise<void> {
    this.flush();
    await this.#persisting;
  }

  #schedule(): void {
    this.#immediate ??= setImmediate(() => this.flush());
  }

  #keepOrRefuse(one: Waiting, error: Error | undefined): void {
    if (error) one.reject(error);
    else this.#committed.push(one);
  }

  async #persistAll(): Promise<void> {
    while (this.#committed.length > 0) {
      const group = this.#committed;
      this.#committed = [];
      try {
        await this.#persist();
        for (const one of group) one.resolve();
      } catch (error) {
        for (const one of group) one.reject(error);
      }
    }
    this.#persisting = null;
    if (this.#batches.length > 0) this.#schedule();
  }
}
