// Steps, folded from their events.
import type { Event, Step, StepToolCall } from "../run.ts";
import type { ReleasedWorktree } from "../worktree.ts";

/** The fold's state: the steps by id, and the names of those that only wait. */
interface Fold {
  steps: Map<string, Step>;
  queued: Map<string, StepNames>;
}

type StepNames = { label?: string; phase?: string; line?: number; script?: string };

export interface StepFold {
  /** In order of seq. */
  add(event: Event): void;
  /**
   * In order of their first start; a step that was skipped while it waited stands where it was skipped, with an empty prompt.
   * `isLive`: whether the run has a living owner; without one, a step that never ended is `interrupted`.
   */
  steps(isLive: boolean): Step[];
}

export function createStepFold(): StepFold {
  const fold: Fold = { steps: new Map(), queued: new Map() };
  return {
    add: (event) => foldEvent(fold, event),
    steps(isLive) {
      if (!isLive) interrupt(fold.steps);
      return [...fold.steps.values()];
    },
  };
}

function foldEvent({ steps, queued }: Fold, event: Event): void {
  switch (event.type) {
    case "run_resumed":
      interrupt(steps);
      return;
    case "step_queued":
      queued.set(event.step, event);
      return;
    case "step_started":
      steps.set(event.step, startedStep(event));
      queued.delete(event.step);
      return;
    case "step_skipped":
      steps.set(event.step, skippedStep(event, steps.get(event.step), queued.get(event.step)));
      return;
  }
  const step = "step" in event ? steps.get(event.step) : undefined;
  if (step) changeStep(step, event);
}

function changeStep(step: Step, event: Event): void {
  switch (event.type) {
    case "step_retried":
      step.attempts = event.attempt;
      return;
    case "step_completed":
      endStep(step, event);
      step.status = "completed";
      step.value = event.value;
      return;
    case "step_failed":
      endStep(step, event);
      step.status = "failed";
      step.error = event.error;
      step.rawText = event.rawText ?? null;
      return;
    case "step_isolated":
      step.worktree = { ...event.worktree, isKept: null, changedFiles: null };
      return;
    case "worktree_released":
      if (step.worktree) step.worktree = { ...step.worktree, ...released(event) };
      return;
    case "tool_started":
      step.toolCalls.push(startedTool(event));
      return;
    case "tool_ended":
      return endTool(step, event);
    case "step_replayed":
      return renameStep(step, event);
  }
}

/** It may stand elsewhere in the script that the run goes on with. */
function renameStep(step: Step, names: StepNames): void {
  step.label = names.label ?? step.label;
  step.phase = names.phase ?? step.phase;
  step.line = names.line ?? step.line;
  step.script = names.line === undefined ? step.script : names.script ?? null;
}

function startedTool({ call, name, access, input }: Event & { type: "tool_started" }): StepToolCall {
  return { call, name, access, input, isError: null, output: null, durationMs: null };
}

function endTool(step: Step, { call, isError, output, durationMs }: Event & { type: "tool_ended" }): void {
  const started = step.toolCalls.findLast((tool) => tool.call === call);
  if (started) Object.assign(started, { isError, output, durationMs });
}

function interrupt(steps: Map<string, Step>): void {
  for (const step of steps.values()) {
    if (step.status === "running") step.status = "interrupted";
  }
}

/** A step that is started again keeps its place in the order (Map keeps it) and nothing else. */
function startedStep(event: Event & { type: "step_started" }): Step {
  const { step: id, request, handling, model } = event;
  return { ...newStep(id, handling, event.at), status: "running", request, model };
}

function skippedStep(event: Event & { type: "step_skipped" }, step: Step | undefined, names: StepNames = {}): Step {
  const skipped = step ?? { ...newStep(event.step, names, event.at), request: { prompt: "" } };
  const { reason } = event;
  const error = reason === undefined ? null : { name: "OdwError", message: reason, code: "aborted" as const };
  return { ...skipped, status: "skipped", error, endedAt: new Date(event.at).toISOString() };
}

function newStep(id: string, names: StepNames, at: number): Omit<Step, "request" | "status"> {
  return {
    id,
    label: names.label ?? null,
    phase: names.phase ?? null,
    line: names.line ?? null,
    script: names.script ?? null,
    model: null,
    value: null,
    error: null,
    rawText: null,
    attempts: 0,
    usage: null,
    costUsd: 0,
    toolCalls: [],
    worktree: null,
    startedAt: new Date(at).toISOString(),
    endedAt: null,
  };
}

function endStep(step: Step, event: Event & { type: "step_completed" | "step_failed" }): void {
  step.model = event.model;
  step.attempts = event.attempts;
  step.usage = event.usage;
  step.costUsd = event.costUsd;
  step.endedAt = new Date(event.at).toISOString();
}

function released({ isKept, changedFiles, unseen, dropped, isMissing }: ReleasedWorktree): ReleasedWorktree {
  return {
    ...{ isKept, changedFiles },
    ...unseen ? { unseen } : {},
    ...dropped ? { dropped } : {},
    ...isMissing ? { isMissing } : {},
  };
}
