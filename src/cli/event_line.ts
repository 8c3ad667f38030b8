// An event as a line of text: the few that plain progress shows, and all of them for `odw logs`.
import type { Event, LogLevel, SpecChanges } from "../run.ts";
import { cost, count, duration, plural } from "./amounts.ts";
import { questionText } from "./question_text.ts";
import { safeLine, safeStart, safeText } from "./terminal_text.ts";
import { toolText } from "./tool_text.ts";
import { worktreeFate } from "./worktree_text.ts";

const LOG_SIGNS: Record<LogLevel, string> = { debug: "·", info: "·", warn: "!", error: "✗" };

/** The events that progressLine has a line for. */
export const PROGRESS_EVENTS: readonly Event["type"][] = [
  "phase_started",
  "log_written",
  "failure_recorded",
  "budget_warned",
];

/** What becomes of each agent. */
export const STEP_EVENTS: readonly Event["type"][] = [
  "step_started",
  "step_retried",
  "step_completed",
  "step_failed",
  "step_skipped",
  "step_replayed",
];

type ToolEvent = Event & {
  type:
    | "step_isolated"
    | "worktree_released"
    | "tool_started"
    | "tool_ended"
    | "tool_answered"
    | "context_compacted"
    | "script_planned";
};

/** null: progress does not show such an event. */
export function progressLine(event: Event): string | null {
  switch (event.type) {
    case "phase_started":
      return `phase: ${safeLine(event.title)}`;
    case "log_written":
      return event.level === "debug" ? null : `${LOG_SIGNS[event.level]} ${indented(event.message)}`;
    case "failure_recorded":
      return `✗ ${safeLine(event.failure.label)} failed: ${safeLine(event.failure.reason)}`;
    case "budget_warned":
      return `! ${budget(event)}`;
    default:
      return null;
  }
}

/** Without its time. `label`: the step's name. */
export function logLine(event: Event, label: (step: string) => string): string {
  switch (event.type) {
    case "run_created":
      return `run created: ${safeLine(event.spec.name)} (${safeLine(event.spec.scriptPath)})`;
    case "run_started":
      return "run started";
    case "run_resumed":
      return `run resumed${changed(event.changes)}`;
    case "run_waiting":
      return `waiting for an answer: ${questionText(event.question)}`;
    case "question_answered":
      return `answered: ${safeStart(event.answer, 2000)}`;
    case "run_paused":
      return `run paused: ${safeLine(event.reason)}${event.resumesAt ? `, until ${safeLine(event.resumesAt)}` : ""}`;
    case "run_completed":
      return `run completed after ${duration(event.durationMs)}, ${plural(event.usage.agents, "agent")}`;
    case "run_failed":
      return `run failed after ${duration(event.durationMs)}: ${safeStart(event.error.message, 2000)}`;
    case "run_cancelled":
      return `run cancelled after ${duration(event.durationMs)}`;
    case "checkpoint_saved":
      return `checkpoint ${safeLine(event.key)}: ${safeStart(JSON.stringify(event.value), 200)}`;
    default:
      return progressLine(event) ?? stepLine(event, label);
  }
}

function stepLine(event: Event, label: (step: string) => string): string {
  switch (event.type) {
    case "step_queued":
      return `${label(event.step)} waits for its turn`;
    case "step_started":
      return `${label(event.step)} started (${safeLine(event.model)})`;
    case "step_retried":
      return `${label(event.step)} tries again in ${duration(event.waitMs)}: call ${event.attempt}: ${
        safeLine(event.reason)
      }`;
    case "step_completed":
      return `${label(event.step)} completed after ${duration(event.durationMs)}, ${spent(event)}`;
    case "step_failed":
      return `${label(event.step)} failed after ${duration(event.durationMs)}: ${safeStart(event.error.message, 2000)}`;
    case "step_skipped":
      return `${label(event.step)} was skipped${event.reason ? `: ${safeLine(event.reason)}` : ""}`;
    case "step_replayed":
      return `${label(event.step)} was answered from the journal`;
    case "step_isolated":
    case "worktree_released":
    case "tool_started":
    case "tool_ended":
    case "tool_answered":
    case "context_compacted":
    case "script_planned":
      return toolLine(event, label);
    case "log_written":
      return `· ${indented(event.message)}`;
    default:
      return event.type.replaceAll("_", " ");
  }
}

function toolLine(event: ToolEvent, label: (step: string) => string): string {
  switch (event.type) {
    case "step_isolated":
      return `${label(event.step)} works in ${safeLine(event.worktree.path)} on ${safeLine(event.worktree.branch)}`;
    case "worktree_released":
      return `${label(event.step)} its worktree is ${safeLine(worktreeFate(event))}`;
    case "tool_started":
      return `${label(event.step)} ${event.call} ${toolText(event.name, event.input)}`;
    case "tool_ended":
      return `${label(event.step)} ${event.call} ${toolOutcome(event)}`;
    case "tool_answered":
      return `script: ${toolText(event.name, event.input)}: ${
        event.outcome.status === "completed" ? "ok" : safeStart(event.outcome.error.message, 300)
      }, ${duration(event.durationMs)}`;
    case "context_compacted":
      return `${label(event.step)} context compacted from ${count(event.fromTokens)} to ${
        count(event.toTokens)
      } tokens`;
    case "script_planned":
      return `planned a sub-script for: ${safeStart(event.prompt, 200)}`;
  }
}

function toolOutcome({ isError, output, outputChars, durationMs }: Event & { type: "tool_ended" }): string {
  const outcome = isError ? `error: ${safeStart(output, 200)}` : `ok, ${count(outputChars)} characters`;
  return `${outcome}, ${duration(durationMs)}`;
}

/** What a resume was given anew. */
function changed(changes: SpecChanges): string {
  const names = [
    changes.script === undefined ? "" : "script",
    changes.hasArgs === undefined ? "" : "args",
    changes.model === undefined ? "" : "model",
    changes.limits === undefined ? "" : "limits",
  ].filter(Boolean);
  return names.length ? ` with other ${names.join(", ")}` : "";
}

/** Further lines of a message stand under its first one. */
function indented(message: string): string {
  return safeText(message.trimEnd()).replaceAll("\n", "\n  ");
}

function spent(event: Event & { type: "step_completed" }): string {
  const { usage, costUsd } = event;
  return `${count(usage.inputTokens)} in ${count(usage.outputTokens)} out tokens, cost ${cost(costUsd)}`;
}

function budget({ spent, total, unit }: Event & { type: "budget_warned" }): string {
  const amount = (value: number) => unit === "usd" ? cost(value) : `${count(value)} tokens`;
  return `budget: ${amount(spent)} of ${amount(total)} used`;
}
