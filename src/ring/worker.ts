// The engine ring's entry: opens the engine with the settings that come first, then serves it.
import * as Comlink from "comlink";
import { endpointOf, openEngineOf } from "../app.ts";
import type { Engine } from "../engine.ts";
import { errorInfo } from "../errors.ts";
import type { RingOpened, RingOpening } from "../ring.ts";
import type { Endpoint } from "../server.ts";
import { askedPrograms } from "./asked_programs.ts";
import { askedSandboxes } from "./asked_sandboxes.ts";
import { passErrorsAsData } from "./errors_as_data.ts";
import { FORWARDED, type ForwardedMethod, type ServedEngine } from "./served_engine.ts";

const scope = self as unknown as DedicatedWorkerGlobalScope;

scope.onmessage = async ({ data }: MessageEvent<RingOpening>) => {
  scope.onmessage = null;
  scope.postMessage(await open(data));
};

async function open({ settings, programs, sandboxes }: RingOpening): Promise<RingOpened> {
  try {
    passErrorsAsData();
    const engine = await openEngineOf(settings, {
      willRun: sandboxes.spare !== null,
      programs: askedPrograms(programs),
      openSandboxWorker: askedSandboxes(sandboxes),
    });
    Comlink.expose({ ...serve(engine), ...endpointOf(engine, settings) } satisfies ServedEngine, scope);
    return { status: "opened" };
  } catch (error) {
    return { status: "failed", error: errorInfo(error) };
  }
}

function serve(engine: Engine): Omit<ServedEngine, keyof Endpoint> {
  const following = new Map<number, AbortController>();

  async function stoppable(id: number, follow: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const controller = new AbortController();
    following.set(id, controller);
    try {
      await follow(controller.signal);
    } finally {
      following.delete(id);
    }
  }

  const forwarded = Object.fromEntries(
    FORWARDED.map((name) => [name, (...args: never[]) => (engine[name] as (...args: never[]) => unknown)(...args)]),
  ) as unknown as Pick<Engine, ForwardedMethod>;

  return {
    ...forwarded,
    exportRun: (ref, onLines) => engine.exportRun(ref, onLines),
    follow: (id, ref, options, onEvents) => stoppable(id, (signal) => engine.follow(ref, options, onEvents, signal)),
    followTexts: (id, ref, options, onTexts) =>
      stoppable(id, (signal) => engine.followTexts(ref, options, onTexts, signal)),
    unfollow: (id) => following.get(id)?.abort(),
    close: () => engine[Symbol.asyncDispose](),
  };
}
