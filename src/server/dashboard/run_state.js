// A run as its events make it: the same fold for the past and for what comes.
import { signal } from "@preact/signals";

const ENDS = { step_completed: "completed", step_failed: "failed", step_skipped: "skipped" };
const MOST_LOG = 500;
const MANY_STEPS = 500;
const LARGE_EVERY_MS = 150;

/** `version` changes at most once a frame, and less often for a large run, however many events come. */
export function createRunState() {
  const state = {
    steps: new Map(),
    phases: [],
    phase: null,
    log: [],
    failures: [],
    question: null,
    inputTokens: 0,
    outputTokens: 0,
    costUsd: 0,
    startedAt: null,
    lastAt: null,
    version: signal(0),
  };
  let isScheduled = false;
  const draw = () => {
    isScheduled = false;
    state.version.value++;
  };
  state.add = (event) => {
    fold(state, event);
    state.lastAt = event.at;
    if (isScheduled) return;
    isScheduled = true;
    // To draw thousands of agents takes longer than a frame: events come first, and the picture some times a second.
    if (state.steps.size > MANY_STEPS) setTimeout(draw, LARGE_EVERY_MS);
    else requestAnimationFrame(draw);
  };
  return state;
}

function fold(state, event) {
  switch (event.type) {
    case "run_created":
    case "run_started":
      state.startedAt ??= event.at;
      return;
    case "run_resumed":
      state.failures = [];
      for (const step of state.steps.values()) if (step.status === "running") step.status = "interrupted";
      return;
    case "run_waiting":
      state.question = event.question;
      return;
    case "question_answered":
      state.question = null;
      return;
    case "phase_started":
      state.phase = event.title;
      addPhase(state, event.title);
      return;
    case "log_written":
      state.log.push(event);
      if (state.log.length > MOST_LOG) state.log.shift();
      return;
    case "failure_recorded":
      state.failures.push(event.failure);
      return;
    default:
      if (event.step) foldStep(state, event);
  }
}

function foldStep(state, event) {
  const step = state.steps.get(event.step) ?? newStep(state, event);
  switch (event.type) {
    case "step_queued":
      return name(state, step, event);
    case "step_started":
      name(state, step, event.handling);
      place(step, event.handling);
      Object.assign(step, { status: "running", model: event.model, start: event.at, end: null, tool: null });
      return;
    case "step_replayed":
      name(state, step, event);
      place(step, event);
      Object.assign(step, { isCached: true });
      return;
    case "step_retried":
      step.retries++;
      return;
    case "tool_started":
      step.tool = event.name;
      step.tools++;
      return;
    case "tool_ended":
      step.tool = null;
      return;
    case "step_isolated":
      step.branch = event.worktree.branch;
      return;
  }
  const status = ENDS[event.type];
  if (!status) return;
  Object.assign(step, { status, end: event.at, tool: null, reason: event.error?.message ?? event.reason ?? null });
  step.start ??= event.at;
  state.inputTokens += event.usage?.inputTokens ?? 0;
  state.outputTokens += event.usage?.outputTokens ?? 0;
  step.costUsd = event.costUsd ?? null;
  state.costUsd = state.costUsd === null || event.costUsd === null ? null : state.costUsd + (event.costUsd ?? 0);
}

function newStep(state, { step: id }) {
  const step = {
    id,
    label: id.slice(0, 8),
    phase: null,
    status: "queued",
    start: null,
    end: null,
    retries: 0,
    tools: 0,
    tool: null,
    line: null,
    script: null,
  };
  state.steps.set(id, step);
  return step;
}

function name(state, step, { label, phase }) {
  step.label = label ?? step.label;
  step.phase = phase ?? step.phase;
  addPhase(state, step.phase ?? "Agents");
}

/** `script`: the file of another script than the run's own. */
function place(step, { line = null, script = null }) {
  Object.assign(step, { line, script });
}

function addPhase(state, title) {
  if (!state.phases.includes(title)) state.phases.push(title);
}

/** How many steps are in each status. */
export function tally(state) {
  const counts = { queued: 0, running: 0, completed: 0, failed: 0, skipped: 0, interrupted: 0 };
  for (const { status } of state.steps.values()) counts[status]++;
  return counts;
}
