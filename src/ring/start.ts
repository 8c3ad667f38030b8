// Starts the engine ring: a Worker with exactly the permissions of this command, and the Engine on this side of it.
import * as Comlink from "comlink";
import type { Engine } from "../engine.ts";
import { errorFromInfo, OdwError } from "../errors.ts";
import type { Permissions } from "../permissions.ts";
import { type RingOpened, type RingOpening, ringWorkerUrl } from "../ring.ts";
import { passErrorsAsData } from "./errors_as_data.ts";
import { FORWARDED, type ForwardedMethod, type ServedEngine } from "./served_engine.ts";

/** Throws OdwError when the ring cannot start, with the reason that its engine gave. */
export async function startRing(opening: RingOpening, permissions: Permissions): Promise<Engine> {
  passErrorsAsData();
  const worker = new Worker(ringWorkerUrl, { type: "module", name: "engine", deno: { permissions } });
  const crashed = crashOf(worker);
  worker.postMessage(opening);
  const opened = await Promise.race([nextMessage(worker), crashed]);
  if (opened.status === "failed") {
    worker.terminate();
    throw errorFromInfo(opened.error);
  }
  return engineOf(worker, crashed);
}

function engineOf(worker: Worker, crashed: Promise<never>): Engine {
  const remote = Comlink.wrap<ServedEngine>(worker);
  let followers = 0;
  /** A crashed ring must not leave a caller waiting. */
  const call = <T>(result: Promise<T>): Promise<T> => Promise.race([result, crashed]);

  const forwarded = Object.fromEntries(
    FORWARDED.map((name) => [name, (...args: unknown[]) => call(callRemote(remote, name, args))]),
  ) as unknown as Pick<Engine, ForwardedMethod>;

  return {
    ...forwarded,
    exportRun: (ref, onLines) => call(remote.exportRun(ref, Comlink.proxy(onLines))),
    async follow(ref, options, onEvents, signal) {
      const id = ++followers;
      const stop = () => void remote.unfollow(id);
      signal?.addEventListener("abort", stop, { once: true });
      try {
        await call(remote.follow(id, ref, options, Comlink.proxy(onEvents)));
      } finally {
        signal?.removeEventListener("abort", stop);
      }
    },
    async [Symbol.asyncDispose]() {
      await call(remote.close()).catch(() => {});
      worker.terminate();
    },
  };
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
