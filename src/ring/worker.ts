// The engine ring's entry: opens the engine with the settings that come first, then serves it.
import * as Comlink from "comlink";
import { openEngineOf } from "../app.ts";
import type { Engine, FollowOptions } from "../engine.ts";
import { errorInfo } from "../errors.ts";
import type { RingOpened, RingOpening } from "../ring.ts";
import type { Event } from "../run.ts";
import { passErrorsAsData } from "./errors_as_data.ts";
import type { ServedEngine } from "./served_engine.ts";

const scope = self as unknown as DedicatedWorkerGlobalScope;

scope.onmessage = async ({ data }: MessageEvent<RingOpening>) => {
  scope.onmessage = null;
  scope.postMessage(await open(data));
};

async function open({ settings, willRun }: RingOpening): Promise<RingOpened> {
  try {
    passErrorsAsData();
    Comlink.expose(serve(await openEngineOf(settings, { willRun })), scope);
    return { status: "opened" };
  } catch (error) {
    return { status: "failed", error: errorInfo(error) };
  }
}

function serve(engine: Engine): ServedEngine {
  const following = new Map<number, AbortController>();

  async function follow(id: number, ref: string, options: FollowOptions, onEvents: (events: Event[]) => void) {
    const controller = new AbortController();
    following.set(id, controller);
    try {
      await engine.follow(ref, options, onEvents, controller.signal);
    } finally {
      following.delete(id);
    }
  }

  return {
    start: (request) => engine.start(request),
    create: (request) => engine.create(request),
    resume: (request) => engine.resume(request),
    replay: (request) => engine.replay(request),
    pause: (ref) => engine.pause(ref),
    skip: (ref, step) => engine.skip(ref, step),
    respond: (ref, answer) => engine.respond(ref, answer),
    exportRun: (ref, onLines) => engine.exportRun(ref, onLines),
    importRun: (lines) => engine.importRun(lines),
    deleteRun: (ref) => engine.deleteRun(ref),
    deleteStartedBefore: (time, options) => engine.deleteStartedBefore(time, options),
    checkStore: () => engine.checkStore(),
    cancel: (ref) => engine.cancel(ref),
    outcome: (ref) => engine.outcome(ref),
    get: (ref) => engine.get(ref),
    list: (filter) => engine.list(filter),
    steps: (ref) => engine.steps(ref),
    models: () => engine.models(),
    workflows: () => engine.workflows(),
    agents: () => engine.agents(),
    follow,
    unfollow: (id) => following.get(id)?.abort(),
    close: () => engine[Symbol.asyncDispose](),
  };
}
