// Runs and steps as HTTP shows them.
import type { Run, RunRecord, Step } from "../run.ts";

/** As `odw ls --json` prints it, and the usage. */
export function runView(run: Run) {
  const { id, name, status, startedAt, endedAt, reason, agents, doneAgents, failedAgents, usage } = run;
  return {
    id,
    name,
    status,
    startedAt,
    endedAt,
    reason,
    agents,
    doneAgents,
    failedAgents,
    costUsd: usage.costUsd,
    usage,
  };
}

export function recordView(record: RunRecord) {
  const { result, error, failures, census, resumesAt, question, isOwned, durationMs, spec } = record;
  return {
    ...runView(record),
    ...{ result, error, failures, census, resumesAt, question, isOwned, durationMs },
    args: spec.hasArgs ? spec.args : null,
    model: spec.model,
    scriptPath: spec.scriptPath,
    limits: spec.limits,
    estimate: spec.estimate ?? null,
  };
}

/** A step without its texts: for lists. */
export function stepView(step: Step) {
  const { id, label, phase, line, script, status, model, error, attempts, usage, costUsd, worktree } = step;
  const { request: { prompt }, toolCalls, startedAt, endedAt } = step;
  return {
    ...{ id, label, phase, line, script, status, model, error, attempts, usage, costUsd, worktree, startedAt, endedAt },
    promptChars: prompt.length,
    toolCalls: toolCalls.length,
  };
}
