// The border between the terminal ring and the engine ring: where the engine's worker lies and what it is told first.
import type { Settings } from "./config.ts";
import type { ErrorInfo } from "./errors.ts";

/** Stands in a root file because the bundled program keeps all entries relative to this folder. */
export const ringWorkerUrl = new URL("./ring/worker.ts", import.meta.url);

/** Posted once to the worker. */
export interface RingOpening {
  /** Without what only programs receive: environments stay in the terminal ring. */
  settings: Settings;
  /** Where the engine asks for programs. */
  programs: MessagePort;
  /** Where it asks for sandbox workers; `spare` is the port of one that boots already. */
  sandboxes: { port: MessagePort; spare: MessagePort | null };
}

/** The worker's answer to the opening; then it serves the engine. */
export type RingOpened = { status: "opened" } | { status: "failed"; error: ErrorInfo };
