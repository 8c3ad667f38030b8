// A queue whose provider calls end when the test says so, on a clock that moves when the test says so.
import { setImmediate } from "node:timers";
import type { AgentCall, AgentResult, AgentRunner } from "../../src/agent.ts";
import { type ErrorCode, errorInfo } from "../../src/errors.ts";
import { noUsage, ProviderError, type ProviderFailure } from "../../src/provider.ts";
import type { Queue, SubmitOptions, Task } from "../../src/queue.ts";
import { openQueue } from "../../src/queue/open.ts";

/** One provider call that is under way. */
export interface HeldCall {
  prompt: string;
  answer(rateResetAt?: number): Promise<void>;
  /** `again`: the agent makes another call, as after a retryable error. Else it ends with this failure. */
  fail(code: ErrorCode, failure?: Partial<ProviderFailure>, again?: "again"): Promise<void>;
}

export interface LaneBench {
  queue: Queue;
  calls: HeldCall[];
  /** Provider calls that went out. */
  readonly sent: number;
  readonly nowMs: number;
  submit(
    prompt: string,
    route?: { lane?: string; permits?: number },
    options?: Partial<SubmitOptions>,
  ): Promise<AgentResult>;
  passTime(ms: number): Promise<void>;
}

export const START = Date.parse("2026-11-22T12:00:00.000Z");

/** In each turn of the event loop one agent may begin. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 60; i++) await new Promise((resolve) => setImmediate(resolve));
}

export function laneBench(): LaneBench {
  const calls: HeldCall[] = [];
  let sent = 0;
  const time = manualClock();
  const queue = openQueue({ runner: runnerOf(calls, () => sent++), warmCache: false, clock: time.clock });
  const free = new AbortController().signal;
  return {
    queue,
    calls,
    get sent() {
      return sent;
    },
    get nowMs() {
      return time.clock.now();
    },
    submit: (prompt, route = {}, options = {}) => queue.submit(taskOf(prompt, route), { signal: free, ...options }),
    passTime: time.pass,
  };
}

function manualClock() {
  let nowMs = START;
  let timers: { at: number; run: () => void }[] = [];
  const clock = {
    now: () => nowMs,
    after: (ms: number, run: () => void) => void timers.push({ at: nowMs + ms, run }),
  };
  async function pass(ms: number): Promise<void> {
    nowMs += ms;
    const due = timers.filter(({ at }) => at <= nowMs);
    timers = timers.filter(({ at }) => at > nowMs);
    for (const { run } of due) run();
    await settle();
  }
  return { clock, pass };
}

function taskOf(prompt: string, { lane = "far", permits = 16 }: { lane?: string; permits?: number }): Task {
  const route = { provider: lane, modelId: "m", lane, concurrency: permits };
  const call: AgentCall = { request: { prompt }, handling: {}, route, tools: [], warnings: [] };
  return { runId: "r", stepId: prompt, runConcurrency: 1000, call };
}

function runnerOf(calls: HeldCall[], onSent: () => void): AgentRunner {
  const run: AgentRunner["run"] = async (call, { gate, signal }) => {
    const common = { attempts: 1, usage: noUsage(), costUsd: 0, model: "far/m" };
    try {
      for (;;) {
        const pass = await gate!.enter(signal);
        onSent();
        const ended = await held(call.request.prompt, calls, signal);
        if (!ended) pass.failed(signal.reason);
        else if (!("failure" in ended)) pass.answered(ended.rateResetAt);
        else pass.failed(ended.failure);
        signal.throwIfAborted();
        if (!ended || !("failure" in ended)) return { status: "completed", value: "ok", ...common };
        if (!ended.again) throw ended.failure;
      }
    } catch (error) {
      signal.throwIfAborted();
      return { status: "failed", error: errorInfo(error), ...common };
    }
  };
  return { run } as AgentRunner;
}

type Ending = { rateResetAt: number | undefined } | { failure: ProviderError; again: boolean };

/** undefined: the signal aborted. */
function held(prompt: string, calls: HeldCall[], signal: AbortSignal): Promise<Ending | undefined> {
  return new Promise((resolve) => {
    const end = (ending: Ending | undefined) => {
      if (calls.includes(call)) calls.splice(calls.indexOf(call), 1);
      resolve(ending);
      return settle();
    };
    const call: HeldCall = {
      prompt,
      answer: (rateResetAt) => end({ rateResetAt }),
      fail: (code, failure, again) =>
        end({
          failure: new ProviderError(`far said ${code}`, {
            code,
            provider: "far",
            status: 500,
            retryable: true,
            ...failure,
          }),
          again: again === "again",
        }),
    };
    calls.push(call);
    signal.addEventListener("abort", () => void end(undefined), { once: true });
  });
}
