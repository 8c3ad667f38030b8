// The engine ring's Programs: every wish goes to the terminal ring, which decides.
import * as Comlink from "comlink";
import type { LineProcess, Programs } from "../programs.ts";
import type { ServedPrograms, ServerNews, ServerWish } from "./served_programs.ts";

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
    openServer: (name) => openServer(remote, name),
  };
}

/** Nothing that comes before a listener is lost. */
async function openServer(remote: Comlink.Remote<ServedPrograms>, name: string): Promise<LineProcess> {
  const { port1: port, port2 } = new MessageChannel();
  const [lines, ends] = [new Relay<string>(), new Relay<string>()];
  port.onmessage = ({ data }: MessageEvent<ServerNews>) => {
    if (data.type === "line") return lines.tell(data.line);
    port.close();
    ends.tell(data.reason);
  };
  try {
    await remote.openServer(name, Comlink.transfer(port2, [port2]));
  } catch (error) {
    port.close();
    throw error;
  }
  const wish = (wanted: ServerWish) => port.postMessage(wanted);
  return {
    send: (line) => wish({ type: "send", line }),
    onLine: (listener) => lines.listen(listener),
    onEnd: (listener) => ends.listen(listener),
    kill: () => wish({ type: "kill" }),
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
