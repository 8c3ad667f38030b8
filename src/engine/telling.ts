// Tells new answers in the order in which they were recorded, so that the journal alone knows what a script heard first.
import type { EventBody } from "../run.ts";

/** Global in both supported Deno versions; the types of the older one do not have it. */
declare function setImmediate(callback: () => void): void;

interface Ready {
  rank: number;
  wake: () => void;
}

/**
 * Answers that are recorded together settle in one turn of the event loop, in an order that hangs on how many steps each way takes. They
 * are put in order at its end.
 */
export class Telling {
  /** Of answers that are recorded and not told. */
  readonly #ranks = new Map<string, number>();
  #last = 0;
  #ready: Ready[] = [];

  /** To be called with all events as they go to the store. */
  recorded(events: readonly EventBody[]): void {
    for (const event of events) {
      const key = keyOfEnd(event);
      if (key !== null) this.#ranks.set(key, ++this.#last);
    }
  }

  /** Settles as `answer` does, behind those that were recorded before. */
  async inOrder<Value>(key: string, answer: () => Promise<Value>): Promise<Value> {
    try {
      return await answer();
    } finally {
      await this.#turn(key);
    }
  }

  /** What failed before anything was recorded keeps the place at which it came. */
  #turn(key: string): Promise<void> {
    const rank = this.#ranks.get(key) ?? this.#last;
    this.#ranks.delete(key);
    return new Promise((wake) => {
      if (this.#ready.push({ rank, wake }) === 1) setImmediate(() => this.#tell());
    });
  }

  #tell(): void {
    const ready = this.#ready.sort((a, b) => a.rank - b.rank);
    this.#ready = [];
    for (const { wake } of ready) wake();
  }
}

/** The key of what an event ends for a script; null: it ends nothing that a script waits for. */
function keyOfEnd(event: EventBody): string | null {
  switch (event.type) {
    case "step_completed":
    case "step_failed":
    case "step_skipped":
      return event.step;
    case "question_answered":
    case "tool_answered":
    case "script_planned":
      return event.key;
    default:
      return null;
  }
}
