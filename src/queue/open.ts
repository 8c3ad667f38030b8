// The queue of one process: a lane per provider, a p-queue per run, first in, first out.
import PQueue from "p-queue";
import type { AgentCall, AgentFailed, AgentResult, AgentRunner } from "../agent.ts";
import { errorInfo, type OdwError } from "../errors.ts";
import { noUsage } from "../provider.ts";
import type { Queue, SubmitOptions, Task } from "../queue.ts";
import { type Clock, REAL_CLOCK } from "./clock.ts";
import { Lane } from "./lane.ts";
import { openWarmup } from "./warmup.ts";

export interface QueueOptions {
  runner: AgentRunner;
  /** See ConfigFile.agent.warmCache. */
  warmCache: boolean;
  clock?: Clock;
}

/**
 * A task takes a permit of its lane, then one of its run, and holds both until its result is recorded. Whoever holds a permit waits for
 * nobody but the provider and calls that are under way at it, so that nested workflows cannot deadlock.
 */
export function openQueue({ runner, warmCache, clock = REAL_CLOCK }: QueueOptions): Queue {
  const lanes = new Map<string, Lane>();
  const runs = new Map<string, PQueue>();
  const warmup = openWarmup();

  async function submit(task: Task, options: SubmitOptions): Promise<AgentResult> {
    const warm = warmCache ? warmup.enter(task.call) : null;
    try {
      if (warm?.wait) await warm.wait;
      return await inPermits(task, options);
    } finally {
      warm?.leave();
    }
  }

  async function inPermits(task: Task, options: SubmitOptions): Promise<AgentResult> {
    const { signal } = options;
    const lane = laneOf(task.call);
    const refusal = lane.refusal();
    if (refusal) return lane.ended(refused(task.call, refusal));
    const { promise, resolve, reject } = Promise.withResolvers<AgentResult>();
    const work = async () => {
      const result = await perform(task, lane, options);
      resolve(result);
      if (result.status === "completed" || !result.closed) await options.recorded;
    };
    lane.queue.add(() => {
      const closed = lane.refusal();
      if (closed) return resolve(lane.ended(refused(task.call, closed)));
      const run = runOf(task);
      // No signal here: whatever ends a run frees its permits, and then `perform` sees it.
      return run.add(work).finally(() => forgetIdle(task.runId, run));
    }, { signal }).catch(reject);
    return await promise;
  }

  async function perform(
    { call }: Task,
    lane: Lane,
    { signal, onStarted, onRetried, reserve, work }: SubmitOptions,
  ): Promise<AgentResult> {
    signal.throwIfAborted();
    const refusal = lane.refusal();
    if (refusal) return lane.ended(refused(call, refusal));
    const starting = onStarted?.(call);
    if (starting) await starting;
    const hooks = { ...(onRetried ? { onRetried } : {}), ...(reserve ? { reserve } : {}), ...(work ? { work } : {}) };
    return lane.ended(await runner.run(call, { signal, gate: lane, ...hooks }));
  }

  function laneOf({ route }: AgentCall): Lane {
    const lane = lanes.get(route.lane) ?? new Lane(route, clock);
    lanes.set(route.lane, lane);
    return lane;
  }

  function runOf({ runId, runConcurrency }: Task): PQueue {
    const run = runs.get(runId) ?? new PQueue({ concurrency: runConcurrency });
    runs.set(runId, run);
    return run;
  }

  function forgetIdle(runId: string, run: PQueue): void {
    if (run.size === 0 && run.pending === 0) runs.delete(runId);
  }

  return { submit };
}

/** Ended without a request. */
function refused({ route }: AgentCall, refusal: OdwError): AgentFailed {
  const model = `${route.provider}/${route.modelId}`;
  return { status: "failed", error: errorInfo(refusal), attempts: 0, usage: noUsage(), costUsd: 0, model };
}
