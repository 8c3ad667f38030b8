// The one writer of a run's events while this process owns it.
import type { EventBody } from "../run.ts";
import type { Store } from "../store.ts";

export interface Journal {
  /** Resolves when the events are on the disk. */
  write(...events: EventBody[]): Promise<void>;
  /** As write, for events that nobody waits for: they go along with the next write, or soon by themselves. A failure reaches `onFailure`. */
  note(...events: EventBody[]): void;
  /** Called when written events are on the disk; returns the way to stop. */
  onWritten(listener: () => void): () => void;
}

/** Below what an eye notices; with agents at work there is a write before. */
const NOTES_WAIT_MS = 10;

export interface JournalHooks {
  /** The store could not take an event; the run must end, since nothing may happen unrecorded. */
  onFailure: (error: unknown) => void;
  /** Called with events in the order in which they are recorded. */
  onRecorded: (events: readonly EventBody[]) => void;
}

/** `owner` holds the run's lease: without it nothing is written. */
export function openJournal(
  store: Store,
  runId: string,
  owner: string,
  { onFailure, onRecorded }: JournalHooks,
): Journal {
  const listeners = new Set<() => void>();
  let notes: EventBody[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function write(...events: EventBody[]): Promise<void> {
    const all = notes.length === 0 ? events : notes.concat(events);
    if (notes.length > 0) clearTimeout(timer);
    notes = [];
    onRecorded(all);
    try {
      await store.append(runId, all, owner);
    } catch (error) {
      onFailure(error);
      throw error;
    }
    for (const listener of listeners) listener();
  }

  return {
    write,
    note(...events) {
      if (notes.length === 0) timer = setTimeout(() => void write().catch(() => {}), NOTES_WAIT_MS);
      notes.push(...events);
    },
    onWritten(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
