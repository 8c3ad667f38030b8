// Runs and events for the tests of the store, and the shape of a conformance test.
import assert from "node:assert/strict";
import type { AgentRequest } from "../../src/agent.ts";
import { OdwError } from "../../src/errors.ts";
import type { EventBody, RunSpec, SpecChanges } from "../../src/run.ts";
import type { Store } from "../../src/store.ts";

/** Opens the same journal each time it is called; `now` is its clock. */
export type OpenJournal = (now: () => number) => Promise<Store>;

export interface StoreWorld {
  clock: { nowMs: number };
  open: OpenJournal;
  /** Opens a second journal, of another machine, empty at first. */
  openElsewhere: OpenJournal;
}

/** A test with an empty journal, one store on it, and a clock that moves when told. */
export type StoreTest = (store: Store, world: StoreWorld) => Promise<void>;

export const SPEC: RunSpec = {
  name: "review",
  dialect: "meta",
  script: "export const meta = { name: 'review', description: 'd' };\nreturn 1;\n",
  scriptPath: "review.js",
  args: { files: ["a.ts", "ü.ts"] },
  hasArgs: true,
  cwd: "/project",
  model: null,
  limits: { concurrency: 16, agents: 1000, tokens: null, costUsd: 1.5, timeoutMs: null, hard: false },
  clock: "forbidden",
};

export const USAGE = { inputTokens: 10, outputTokens: 5, cacheReadTokens: 1, cacheWriteTokens: 0, reasoningTokens: 2 };

export function started(step: string, extra: Partial<AgentRequest> = {}): EventBody {
  const request = { prompt: `prompt of ${step}`, ...extra };
  return { type: "step_started", step, request, handling: { label: `l-${step}`, phase: "p" }, model: "sim/fast" };
}

export function completed(step: string, value = "answer", costUsd: number | null = 0.25): EventBody {
  return {
    type: "step_completed",
    step,
    value,
    model: "sim/fast",
    attempts: 1,
    usage: USAGE,
    costUsd,
    durationMs: 3,
  };
}

export function failed(step: string): EventBody {
  return {
    type: "step_failed",
    step,
    error: { name: "ProviderError", message: "no", code: "service_unavailable" },
    rawText: "half",
    model: "sim/fast",
    attempts: 3,
    usage: USAGE,
    costUsd: 0.5,
    durationMs: 9,
  };
}

export function resumed(changes: SpecChanges = {}): EventBody {
  return { type: "run_resumed", changes };
}

export async function rejection(promise: Promise<unknown>): Promise<OdwError> {
  const error = await promise.then(() => null, (thrown: unknown) => thrown);
  assert.ok(error instanceof OdwError, `expected an OdwError, got ${String(error)}`);
  return error;
}

export const NOTHING = { agents: 0, cachedAgents: 0, inputTokens: 0, outputTokens: 0, costUsd: 0 };

/** A run with a step of every fate, an answer, a failure, a resume and odd characters. Never claimed. */
export async function eventfulRun(store: Store): Promise<string> {
  const id = await store.createRun({ ...SPEC, name: "eventful \u2028 \ud83d\ude00" });
  await store.append(id, [
    { type: "run_started" },
    started("a#0"),
    completed("a#0", ""),
    started("b#0"),
    { type: "step_retried", step: "b#0", attempt: 1, reason: "529", waitMs: 10 },
    failed("b#0"),
    { type: "failure_recorded", failure: { label: "l-b#0", phase: "p", reason: "no" } },
    { type: "run_waiting", question: { key: "q", text: "Go on?", choices: ["yes", "no"] } },
    { type: "question_answered", key: "q", answer: "yes" },
    { type: "checkpoint_saved", key: "k", value: { "2": null, "1": [1e300, "\u0000"] } },
    { type: "run_paused", reason: "quota", resumesAt: "2026-11-23T00:00:00.000Z" },
  ]);
  await store.append(id, [
    resumed({ args: ["new"] }),
    { type: "step_replayed", step: "a#0" },
    started("b#0"),
    completed("b#0", "second try"),
    { type: "step_queued", step: "c#0", label: "third", phase: "p" },
    { type: "step_skipped", step: "c#0" },
    { type: "run_completed", result: { ok: true }, usage: NOTHING, durationMs: 12 },
  ]);
  return id;
}

/** Gives lines as a stream that takes its time. */
export async function* streamOf(lines: Iterable<string>): AsyncIterable<string> {
  for (const line of lines) yield await Promise.resolve(line);
}

export async function exported(store: Store, id: string): Promise<string[]> {
  return await Array.fromAsync(store.exportRun(id));
}
