// The one writer of a run's events while this process owns it.
import type { EventBody } from "../run.ts";
import type { Store } from "../store.ts";

export interface Journal {
  /** Resolves when the events are committed. */
  write(...events: EventBody[]): Promise<void>;
  /** As write, for events that nobody waits for: a failure reaches `onFailure`. */
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

  async function write(...events: EventBody[]): Promise<void> {
    try {
      await store.append(runId, events, owner);
    } catch (error) {
      onFailure(error);
      throw error;
    }
    for (const listener of listeners) listener();
  }

  return {
    write,
    note: (...events) => void write(...events).catch(() => {}),
    onCommitted(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
