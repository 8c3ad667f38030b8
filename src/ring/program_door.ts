// The one way from the engine ring to a program: a port whose other end is here, in the terminal ring.
import * as Comlink from "comlink";
import type { ProgramParts } from "./programs.ts";
import type { ServedPrograms } from "./served_programs.ts";

export interface ProgramDoor extends Disposable {
  /** For the engine ring. */
  port: MessagePort;
}

/** What starts programs is loaded at the first wish. */
export function openProgramDoor(parts: ProgramParts): ProgramDoor {
  const { port1, port2 } = new MessageChannel();
  let opened: Promise<ServedPrograms & Disposable> | null = null;
  const open = () => opened ??= import("./programs.ts").then(({ servePrograms }) => servePrograms(parts));
  const served: ServedPrograms = {
    confinement: async () => await (await open()).confinement(),
    run: async (id, request) => await (await open()).run(id, request),
    abort: (id) => void open().then((programs) => programs.abort(id)),
    openServer: async (name, port) => await (await open()).openServer(name, port),
  };
  Comlink.expose(served, port1);
  return {
    port: port2,
    [Symbol.dispose]() {
      port1.close();
      void opened?.then((programs) => programs[Symbol.dispose]());
    },
  };
}
