// Starts sandbox workers for the engine ring, here in the terminal ring: starting one stops the thread that does it for longer than an agent takes.
import { startSandboxWorker } from "../sandbox_worker.ts";

/** Of the worker that is started before the engine asks. */
export const SPARE_ID = 0;

/** From the engine. `port` is the worker's end of the engine's way to it. */
export type SandboxWish = { type: "start"; id: number; port: MessagePort } | { type: "end"; id: number };

/** To the engine: the worker died of an error. */
export interface SandboxCrash {
  id: number;
  reason: string;
}

export interface SandboxDoor extends Disposable {
  /** For the engine ring. */
  port: MessagePort;
  start(id: number, port: MessagePort): void;
}

export function openSandboxDoor(): SandboxDoor {
  const { port1, port2 } = new MessageChannel();
  const workers = new Map<number, Worker>();

  function start(id: number, port: MessagePort): void {
    const worker = startSandboxWorker(port);
    workers.set(id, worker);
    worker.onerror = (event) => {
      event.preventDefault();
      port1.postMessage({ id, reason: event.message } satisfies SandboxCrash);
    };
  }

  function end(id: number): void {
    workers.get(id)?.terminate();
    workers.delete(id);
  }

  port1.onmessage = ({ data }: MessageEvent<SandboxWish>) => {
    if (data.type === "start") start(data.id, data.port);
    else end(data.id);
  };
  return {
    port: port2,
    start,
    [Symbol.dispose]() {
      port1.close();
      for (const id of workers.keys()) end(id);
    },
  };
}
