// The worker that a script runs in: how one is started, and what whoever runs the script holds of it.

/** It stands in a root file because a bundle keeps the place of those only. */
const ENTRY = new URL("./sandbox/worker.ts", import.meta.url);

/** Posted once to a new worker: what it runs, and where it is spoken to from then on. */
export interface SandboxBoot {
  /** QuickJS: a worker without permissions can read no file. */
  module: WebAssembly.Module;
  port: MessagePort;
}

/** A worker, as its owner sees it. */
export interface SandboxWorker {
  /** To the worker; what is posted before it has booted waits. */
  port: MessagePort;
  /** `tell` is called at most once, when the worker died of an error. */
  onCrash(tell: (reason: string) => void): void;
  /** At once, whatever it does. Does nothing when called again. */
  end(): void;
}

/** Opens a worker for one script. */
export type OpenSandboxWorker = () => SandboxWorker;

let quickJs: Promise<WebAssembly.Module> | undefined;

/** Starts a worker without any permission. Until its thread has begun, some ten milliseconds, the calling thread does nothing else. */
export function startSandboxWorker(port: MessagePort): Worker {
  const worker = new Worker(ENTRY, { name: "sandbox", type: "module", deno: { permissions: "none" } });
  quickJs ??= compileQuickJs();
  quickJs.then(
    (module) => worker.postMessage({ module, port } satisfies SandboxBoot, [port]),
    (cause) => worker.dispatchEvent(new ErrorEvent("error", { message: `QuickJS cannot be read: ${cause}` })),
  );
  return worker;
}

/** Starts it in this thread. */
export const openOwnWorker: OpenSandboxWorker = () => {
  const { port1, port2 } = new MessageChannel();
  return ownedWorker(startSandboxWorker(port2), port1);
};

/** A worker of this thread. */
export function ownedWorker(worker: Worker, port: MessagePort): SandboxWorker {
  return {
    port,
    onCrash(tell) {
      worker.onerror = (event) => {
        event.preventDefault();
        tell(event.message);
      };
    },
    end() {
      port.close();
      worker.terminate();
    },
  };
}

/** Read with the first script, and as a file: as an imported module its half megabyte would stay in memory, in the executable twice. */
async function compileQuickJs(): Promise<WebAssembly.Module> {
  const bytes = await Deno.readFile(new URL(import.meta.resolve("@jitl/quickjs-wasmfile-release-sync/wasm")));
  // V8 compiles functions when they are first called, so this takes milliseconds.
  const module = new WebAssembly.Module(bytes);
  // It has its own copy, and this thread may collect no garbage for as long as the process lives.
  bytes.buffer.transfer(0);
  return module;
}
