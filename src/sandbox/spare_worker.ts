// Sandbox workers, started ahead: while the engine still reads a script, its worker boots.
import type { OpenSandboxWorker, SandboxWorker } from "../sandbox_worker.ts";

/** Well below the time after which an unused worker closes itself. */
const FRESH_MS = 10_000;

/** Holds at most one worker that waits for a script. */
export class SpareWorker {
  readonly #open: OpenSandboxWorker;
  #spare: { worker: SandboxWorker; startedAt: number } | undefined;

  constructor(open: OpenSandboxWorker) {
    this.#open = open;
  }

  /** Starts a worker unless one is ready. */
  warm(): void {
    this.#dropStale();
    this.#spare ??= { worker: this.#open(), startedAt: performance.now() };
  }

  /** The ready worker, else a new one; the caller ends it. */
  take(): SandboxWorker {
    this.#dropStale();
    const worker = this.#spare?.worker ?? this.#open();
    this.#spare = undefined;
    return worker;
  }

  /** Ends the ready worker. */
  drop(): void {
    this.#spare?.worker.end();
    this.#spare = undefined;
  }

  #dropStale(): void {
    if (this.#spare && performance.now() - this.#spare.startedAt > FRESH_MS) this.drop();
  }
}
