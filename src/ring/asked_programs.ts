// The engine ring's Programs: every wish goes to the terminal ring, which decides.
import * as Comlink from "comlink";
import type { LineProcess, Programs } from "../programs.ts";
import type { ServedPrograms } from "./served_programs.ts";

export function askedPrograms(port: MessagePort): Programs {
  const remote = Comlink.wrap<ServedPrograms>(port);
  let last = 0;
  return {
    confinement: () => remote.confinement(),
    async run(request, signal) {
      signal.throwIfAborted();
      const id = ++last;
      const abort = () => void remote.abort(id);
      signal.addEventListener("abort", abort, { once: true });
      try {
        // Settles when the whole process group has ended, also after an abort.
        const result = await remote.run(id, request);
        signal.throwIfAborted();
        return result;
      } finally {
        signal.removeEventListener("abort", abort);
      }
    },
    openServer: (name) => openServer(remote, ++last, name),
  };
}

/** Nothing that comes before a listener is lost. */
async function openServer(remote: Comlink.Remote<ServedPrograms>, id: number, name: string): Promise<LineProcess> {
  const lines = new Relay<string>();
  const ends = new Relay<string>();
  await remote.openServer(
    id,
    name,
    Comlink.proxy({ line: (line: string) => lines.tell(line), end: (reason: string) => ends.tell(reason) }),
  );
  return {
    send: (line) => void remote.send(id, line),
    onLine: (listener) => lines.listen(listener),
    onEnd: (listener) => ends.listen(listener),
    kill: () => void remote.kill(id),
  };
}

/** Holds what is told until somebody listens. */
class Relay<Item> {
  #listener: ((item: Item) => void) | null = null;
  #held: Item[] = [];

  tell(item: Item): void {
    if (this.#listener) this.#listener(item);
    else this.#held.push(item);
  }

  listen(listener: (item: Item) => void): void {
    this.#listener = listener;
    for (const item of this.#held.splice(0)) listener(item);
  }
}
