// The sandbox ring: a worker without any permission that holds one realm and passes its messages on.
import { type BlankRealm, openBlankRealm } from "./blank_realm.ts";
import type { SandboxBoot } from "../sandbox_worker.ts";
import type { RunOrder, WorkerOrder } from "./messages.ts";
import { loadQuickJS } from "./quickjs.ts";
import { Realm, type Slice } from "./realm.ts";
import { limitOf } from "./realm_end.ts";

/** A worker that was started ahead and never used goes away by itself. */
const IDLE_MS = 20_000;
/** The default limit: a realm for it is made before the script is known; another limit needs another instance. */
const USUAL_MEMORY_BYTES = 256 * 1024 * 1024;

// Without `process` QuickJS's loader takes its browser branch, which loads no module of Node: 20 ms less.
Reflect.deleteProperty(globalThis, "process");

self.onmessage = ({ data }: MessageEvent<SandboxBoot>) => {
  self.onmessage = null;
  serve(data);
};

function serve({ module, port }: SandboxBoot): void {
  const usual = open(module, USUAL_MEMORY_BYTES);
  let driver: Promise<Driver> | undefined;
  const idle = setTimeout(() => self.close(), IDLE_MS);
  port.onmessage = ({ data }: MessageEvent<WorkerOrder>) => {
    // Behind all that the script says before, also in its first slice.
    if (data === null) return driver ? void driver.then(() => port.postMessage(null)) : port.postMessage(null);
    if (typeof data === "string") return void driver?.then((started) => started.deliver(data));
    clearTimeout(idle);
    const { memoryBytes } = data.limits;
    const blank = memoryBytes === USUAL_MEMORY_BYTES ? usual : open(module, memoryBytes);
    driver = blank.then((ready) => new Driver(ready, data, port));
  };
}

async function open(module: WebAssembly.Module, memoryBytes: number): Promise<BlankRealm> {
  return openBlankRealm(await loadQuickJS({ module, memoryBytes }));
}

/** Runs the realm slice by slice and wakes it for its timers. The engine ends this worker when the run is over. */
class Driver {
  readonly #realm: Realm;
  readonly #port: MessagePort;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(blank: BlankRealm, order: RunOrder, port: MessagePort) {
    this.#port = port;
    this.#realm = new Realm(blank, order, (messages) => port.postMessage(messages));
    this.#run(() => this.#realm.start());
  }

  deliver(answers: string): void {
    this.#run(() => this.#realm.deliver(answers));
  }

  #run(slice: () => Slice): void {
    clearTimeout(this.#timer);
    try {
      const { messages, timerMs } = slice();
      if (messages !== null) this.#port.postMessage(messages);
      if (timerMs !== null) this.#timer = setTimeout(() => this.#run(() => this.#realm.wake()), timerMs);
    } catch (error) {
      const end = limitOf(error);
      if (end.messages !== null) this.#port.postMessage(end.messages);
      this.#port.postMessage(end.report);
      self.close();
    }
  }
}
