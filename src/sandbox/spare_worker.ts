// Sandbox workers, started ahead: while the engine still reads a script, its worker boots.
import { sandboxWorkerUrl } from "../sandbox.ts";
import type { WorkerOrder } from "./messages.ts";

/** Well below the time after which an unused worker closes itself. */
const FRESH_MS = 10_000;

/** Holds at most one worker that waits for a script, and the compiled QuickJS that all of them share. */
export class SpareWorker {
  #module: Promise<WebAssembly.Module> | undefined;
  #spare: { worker: Worker; startedAt: number } | undefined;

  /** Starts a worker unless one is ready. */
  warm(): void {
    this.#dropStale();
    this.#spare ??= { worker: this.#open(), startedAt: performance.now() };
  }

  /** The ready worker, else a new one; the caller ends it. */
  take(): Worker {
    this.#dropStale();
    const worker = this.#spare?.worker ?? this.#open();
    this.#spare = undefined;
    return worker;
  }

  /** Ends the ready worker. */
  drop(): void {
    this.#spare?.worker.terminate();
    this.#spare = undefined;
  }

  #dropStale(): void {
    if (this.#spare && performance.now() - this.#spare.startedAt > FRESH_MS) this.drop();
  }

  #open(): Worker {
    const worker = new Worker(sandboxWorkerUrl, { name: "sandbox", type: "module", deno: { permissions: "none" } });
    this.#module ??= compileQuickJs();
    this.#module.then((module) => worker.postMessage({ type: "boot", module } satisfies WorkerOrder));
    return worker;
  }
}

/** Loaded with the first script: half a megabyte that commands without scripts do not need. */
async function compileQuickJs(): Promise<WebAssembly.Module> {
  const { default: bytes } = await import("@jitl/quickjs-wasmfile-release-sync/wasm", { with: { type: "bytes" } });
  // V8 compiles functions when they are first called, so this takes milliseconds.
  return new WebAssembly.Module(bytes);
}
