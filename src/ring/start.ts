// Starts the engine ring: a Worker with exactly the permissions of this command, and the Engine on this side of it.
import * as Comlink from "comlink";
import type { Engine } from "../engine.ts";
import { errorFromInfo, OdwError } from "../errors.ts";
import type { Settings } from "../config.ts";
import { type Permissions, workerPermissions } from "../permissions.ts";
import { type RingOpened, type RingOpening, ringWorkerUrl } from "../ring.ts";
import type { Endpoint } from "../server.ts";
import { passErrorsAsData } from "./errors_as_data.ts";
import { openProgramDoor } from "./program_door.ts";
import { openSandboxDoor, SPARE_ID } from "./sandbox_door.ts";
import { FORWARDED, type ForwardedMethod, type ServedEngine } from "./served_engine.ts";

export interface RingOptions {
  settings: Settings;
  /** A script comes soon, so its sandbox boots meanwhile. */
  willRun: boolean;
  /** See programPermit. */
  mayMerge: boolean;
}

export interface Ring {
  engine: Engine;
  endpoint: Endpoint;
  /** Rejects when the ring has died of an error; never settles otherwise. Whoever waits for something else than a call of it waits for this too. */
  crashed: Promise<never>;
}

/** Throws OdwError when the ring cannot start, with the reason that its engine gave. */
export async function startRing(options: RingOptions, permissions: Permissions): Promise<Ring> {
  passErrorsAsData();
  const deno = { permissions: workerPermissions(permissions) };
  const worker = new Worker(ringWorkerUrl, { type: "module", name: "engine", deno });
  const crashed = crashOf(worker);
  const programs = openProgramDoor(options);
  const sandboxes = openSandboxDoor();
  const spare = options.willRun ? new MessageChannel() : null;
  const opening: RingOpening = {
    settings: withoutEnvironments(options.settings),
    programs: programs.port,
    sandboxes: { port: sandboxes.port, spare: spare && spare.port1 },
  };
  worker.postMessage(opening, [programs.port, sandboxes.port, ...spare ? [spare.port1] : []]);
  // The engine loads its modules meanwhile.
  if (spare) sandboxes.start(SPARE_ID, spare.port2);
  const opened = await Promise.race([nextMessage(worker), crashed]);
  const end = () => {
    programs[Symbol.dispose]();
    sandboxes[Symbol.dispose]();
    worker.terminate();
  };
  // Nobody could stop any more what a crashed engine had started.
  crashed.catch(end);
  if (opened.status === "opened") return ringOf(worker, crashed, end);
  end();
  throw errorFromInfo(opened.error);
}

/** What only programs receive stays in this ring. */
function withoutEnvironments(settings: Settings): Settings {
  const servers = Object.entries(settings.mcpServers).map(([name, server]) =>
    [name, "command" in server ? { command: server.command } : server] as const
  );
  return {
    ...settings,
    mcpServers: Object.fromEntries(servers),
    tools: { ...settings.tools, environment: {} },
  };
}

function ringOf(worker: Worker, crashed: Promise<never>, end: () => void): Ring {
  const remote = Comlink.wrap<ServedEngine>(worker);
  let followers = 0;
  /** A crashed ring must not leave a caller waiting. */
  const call = <T>(result: Promise<T>): Promise<T> => Promise.race([result, crashed]);

  const forwarded = Object.fromEntries(
    FORWARDED.map((name) => [name, (...args: unknown[]) => call(callRemote(remote, name, args))]),
  ) as unknown as Pick<Engine, ForwardedMethod>;

  async function stoppable(signal: AbortSignal | undefined, follow: (id: number) => Promise<void>): Promise<void> {
    // No event will tell of an abort that has been.
    if (signal?.aborted) return;
    const id = ++followers;
    const stop = () => void remote.unfollow(id);
    signal?.addEventListener("abort", stop, { once: true });
    try {
      await call(follow(id));
    } finally {
      signal?.removeEventListener("abort", stop);
    }
  }

  const engine: Engine = {
    ...forwarded,
    exportRun: (ref, onLines) => call(remote.exportRun(ref, Comlink.proxy(onLines))),
    follow: (ref, options, onEvents, signal) =>
      stoppable(signal, (id) => remote.follow(id, ref, options, Comlink.proxy(onEvents))),
    followTexts: (ref, options, onTexts, signal) =>
      stoppable(signal, (id) => remote.followTexts(id, ref, options, Comlink.proxy(onTexts))),
    async [Symbol.asyncDispose]() {
      await call(remote.close()).catch(() => {});
      end();
    },
  };
  const endpoint: Endpoint = {
    serve: (options) => call(remote.serve(options)),
    signInLink: () => call(remote.signInLink()),
    stopServing: (mode) => call(remote.stopServing(mode)),
  };
  return { engine, endpoint, crashed };
}

function callRemote(remote: object, name: ForwardedMethod, args: unknown[]): Promise<unknown> {
  return (remote as Record<string, (...args: unknown[]) => Promise<unknown>>)[name]!(...args);
}

function nextMessage(worker: Worker): Promise<RingOpened> {
  return new Promise((resolve) => {
    worker.addEventListener("message", ({ data }: MessageEvent<RingOpened>) => resolve(data), { once: true });
  });
}

/** Rejects when the worker dies of an error; never settles otherwise. */
function crashOf(worker: Worker): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  worker.addEventListener("error", (event) => {
    event.preventDefault();
    reject(new OdwError("service_unavailable", `the engine stopped unexpectedly: ${event.message}`));
  });
  promise.catch(() => {});
  return promise;
}
