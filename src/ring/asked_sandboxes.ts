// The engine ring's sandbox workers: the terminal ring starts and ends them, what they say goes straight to the engine.
import type { OpenSandboxWorker, SandboxWorker } from "../sandbox_worker.ts";
import type { RingOpening } from "../ring.ts";
import { type SandboxCrash, type SandboxWish, SPARE_ID } from "./sandbox_door.ts";

export function askedSandboxes({ port: door, spare }: RingOpening["sandboxes"]): OpenSandboxWorker {
  const crashes = new Map<number, (reason: string) => void>();
  let ready = spare;
  let last = SPARE_ID;
  door.onmessage = ({ data }: MessageEvent<SandboxCrash>) => crashes.get(data.id)?.(data.reason);

  function wish(wanted: SandboxWish, transfer: Transferable[] = []): void {
    door.postMessage(wanted, transfer);
  }

  /** A crash that comes before anybody asks is kept: the worker may have died while it booted. */
  function workerAt(id: number, port: MessagePort): SandboxWorker {
    let early: string | null = null;
    crashes.set(id, (reason) => early = reason);
    return {
      port,
      onCrash(tell) {
        if (early !== null) tell(early);
        else crashes.set(id, tell);
      },
      end() {
        port.close();
        crashes.delete(id);
        wish({ type: "end", id });
      },
    };
  }

  return () => {
    if (ready) {
      const port = ready;
      ready = null;
      return workerAt(SPARE_ID, port);
    }
    const { port1, port2 } = new MessageChannel();
    const id = ++last;
    wish({ type: "start", id, port: port2 }, [port2]);
    return workerAt(id, port1);
  };
}
