// The one writer of a run's events while this process owns it.
import { setImmediate } from "node:timers";
import type { EventBody } from "../run.ts";
import type { Store } from "../store.ts";

export interface Journal {
  /** Resolves when the events are committed. */
  write(...events: EventBody[]): Promise<void>;
  /** As write, for events that nobody waits for; those of one turn of the event loop are written together. A failure reaches `onFailure`. */
  note(...events: EventBody[]): void;
  /** Called after each commit; returns the way to stop. */
  onCommitted(listener: () => void): () => void;
}

/** `owner` holds the run's lease: without it nothing is written. `onFailure`: the store could not take an event; the run must end, since nothing may happen unrecorded. */
export function openJournal(
  store: Store,
  runId: string,
  owner: string,
  onFailure: (error: unknown) => void,
): Journal {
  const listeners = new Set<() => void>();
  let notes: EventBody[] = [];

  async function write(...events: EventBody[]): Promise<void> {
    const all = notes.length === 0 ? events : notes.concat(events);
    notes = [];
    try {
      await store.append(runId, all, owner);
    } catch (error) {
      onFailure(error);
      throw error;
    }
    for (const listener of listeners) listener();
  }

  /** What was noted since, and not written along with something else. */
  function writeNotes(): void {
    if (notes.length > 0) write().catch(() => {});
  }

  return {
    write,
    note(...events) {
      if (notes.length === 0) setImmediate(writeNotes);
      notes.push(...events);
    },
    onCommitted(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
