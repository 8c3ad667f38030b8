// The queue of one process: a lane per provider, a limit per run over all lanes, first in, first out.
import type { AgentCall, AgentFailed, AgentResult, AgentRunner } from "../agent.ts";
import { errorInfo, type OdwError } from "../errors.ts";
import { noUsage } from "../provider.ts";
import type { Queue, SubmitOptions, Task } from "../queue.ts";
import { type Clock, REAL_CLOCK } from "./clock.ts";
import { Lane } from "./lane.ts";
import { RunPermits } from "./run_permits.ts";
import { Turns } from "./turns.ts";
import { openWarmup, type WarmupPlace } from "./warmup.ts";
import type { Waiting } from "./workers.ts";

export interface QueueOptions {
  runner: AgentRunner;
  /** See ConfigFile.agent.warmCache. */
  warmCache: boolean;
  clock?: Clock;
}

/**
 * A task takes a permit of its lane and one of its run at once, and holds both until its result is recorded. Whoever holds a permit waits
 * for nobody but the provider and calls that are under way at it, so that nested workflows cannot deadlock.
 */
export function openQueue({ runner, warmCache, clock = REAL_CLOCK }: QueueOptions): Queue {
  const lanes = new Map<string, Lane>();
  const runs = new RunPermits();
  const turns = new Turns();
  const warmup = openWarmup();

  function submit(task: Task, options: SubmitOptions): Promise<AgentResult> {
    const warm = warmCache ? warmup.enter(task.call) : null;
    return warm ? behindWarmup(warm, task, options) : inPermits(task, options);
  }

  async function behindWarmup(warm: WarmupPlace, task: Task, options: SubmitOptions): Promise<AgentResult> {
    try {
      if (warm.wait) await warm.wait;
      return await inPermits(task, options);
    } finally {
      warm.leave();
    }
  }

  function inPermits(task: Task, options: SubmitOptions): Promise<AgentResult> {
    const { signal } = options;
    const lane = laneOf(task.call);
    const refusal = lane.refusal();
    if (refusal) return Promise.resolve(lane.ended(refused(task.call, refusal)));
    if (signal.aborted) return Promise.reject(signal.reason);
    const { promise, resolve, reject } = Promise.withResolvers<AgentResult>();
    const { runId, runConcurrency } = task;
    const waiting: Waiting = {
      ...{ runId, runConcurrency },
      async work() {
        try {
          const result = lane.ended(await perform(task, lane, options));
          resolve(result);
          if (result.status === "completed" || !result.closed) await options.recorded;
        } catch (error) {
          reject(error);
        } finally {
          signal.removeEventListener("abort", abort);
        }
      },
    };
    const abort = () => {
      lane.workers.remove(waiting);
      reject(signal.reason);
    };
    signal.addEventListener("abort", abort, { once: true });
    lane.workers.add(waiting);
    return promise;
  }

  /** Throws as `submit` rejects. */
  function perform(
    { call }: Task,
    lane: Lane,
    { signal, onStarted, onRetried, reserve, work }: SubmitOptions,
  ): AgentResult | Promise<AgentResult> {
    signal.throwIfAborted();
    const refusal = lane.refusal();
    if (refusal) return refused(call, refusal);
    const hooks = { ...(onRetried ? { onRetried } : {}), ...(reserve ? { reserve } : {}), ...(work ? { work } : {}) };
    const run = () => runner.run(call, { signal, gate: lane, ...hooks });
    const starting = onStarted?.(call);
    return starting ? starting.then(run) : run();
  }

  function laneOf({ route }: AgentCall): Lane {
    const lane = lanes.get(route.lane) ?? new Lane(route, { clock, runs, turns, onFreed });
    lanes.set(route.lane, lane);
    return lane;
  }

  /** Agents of the same run may wait in another lane. */
  function onFreed(): void {
    if (lanes.size > 1) { for (const lane of lanes.values()) lane.workers.employ(); }
  }

  return { submit };
}

/** Ended without a request. */
function refused({ route }: AgentCall, refusal: OdwError): AgentFailed {
  const model = `${route.provider}/${route.modelId}`;
  return { status: "failed", error: errorInfo(refusal), attempts: 0, usage: noUsage(), costUsd: 0, model };
}
