// How to go on with a run that has stopped: the exact command.
import type { RunLimits, RunRecord } from "../run.ts";
import { questionText } from "./question_text.ts";
import { safeLine } from "./terminal_text.ts";

/** null: there is nothing to go on with. */
export function nextStep(run: RunRecord): string | null {
  const resume = resumeCommand(run);
  switch (run.status) {
    case "paused":
      return `go on with: ${resume}`;
    case "waiting":
      return `answer with: odw respond ${run.id} <answer>, then go on with: ${resume}`;
    case "cancelled":
    case "interrupted":
      return `what was done is recorded, go on with: ${resume}`;
    case "failed":
      return run.usage.agents > 0 ? `steps so far: odw show ${run.id}; go on with: ${resume}` : null;
    default:
      return null;
  }
}

/** As nextStep, for a page that says all else: commands alone. A run that waits may have a process that goes on by itself. */
export function goOnCommands(run: RunRecord): string | null {
  if (nextStep(run) === null) return null;
  if (run.status !== "waiting") return resumeCommand(run);
  return `odw respond ${run.id} <answer>, then odw resume ${run.id} if no process runs it`;
}

function resumeCommand(run: RunRecord): string {
  return `odw resume ${run.id}${raisedLimit(run)}`;
}

/** ` --budget-tokens 20000`: the limit that was in the way, raised to what lets the run go on; nothing when none was. */
function raisedLimit({ status, reason, error, spec: { limits } }: RunRecord): string {
  const why = status === "failed" ? error?.message ?? "" : reason ?? "";
  const flag = flagIn(why);
  if (flag === null) return "";
  const value = raised(flag, limits, neededIn(why));
  return value === null ? "" : ` ${flag} ${value}`;
}

/** What was spent and what the call that did not fit may use, by the engine's text: together they are the least that lets it start. */
function neededIn(why: string): number {
  const spent = Number(/\(\$?([\d.]+) \/ /.exec(why)?.[1] ?? 0);
  const next = Number(/the next call may (?:use|cost) \$?([\d.]+\d)/.exec(why)?.[1] ?? 0);
  return spent + next;
}

const FLAGS = ["--budget-tokens", "--budget-usd", "--max-agents", "--timeout"] as const;
type Flag = typeof FLAGS[number];

/** The engine's texts name the flag; a budget of another wording is told by its unit. */
function flagIn(why: string): Flag | null {
  const named = FLAGS.find((flag) => why.includes(flag));
  if (named) return named;
  if (!/budget/i.test(why)) return null;
  return /cost|usd|\$/i.test(why) ? "--budget-usd" : "--budget-tokens";
}

/** Doubled, or more where the next call needs more. */
function raised(flag: Flag, { tokens, costUsd, agents, timeoutMs }: RunLimits, needed: number): string | null {
  switch (flag) {
    case "--budget-tokens":
      return tokens === null ? null : String(Math.max(tokens * 2, needed * 2));
    case "--budget-usd":
      return costUsd === null ? null : String(roundedUp(Math.max(costUsd * 2, needed * 1.2)));
    case "--max-agents":
      return String(agents * 2);
    case "--timeout":
      return timeoutMs === null ? null : `${Math.ceil(timeoutMs / 500)}s`;
  }
}

/** Two digits are enough, and none of them is the noise of a product of decimals. */
function roundedUp(amount: number): number {
  const unit = 10 ** (Math.floor(Math.log10(amount)) - 1);
  return Number((Math.ceil(Number((amount / unit).toPrecision(12))) * unit).toPrecision(12));
}

/** Why the run stands, in words, with a provider's reset time; null when status and error say all. */
export function standstillText({ status, reason, question, resumesAt }: RunRecord): string | null {
  if (status === "completed" || status === "failed") return null;
  const why = status === "waiting" && question ? questionText(question) : reason;
  if (!why) return null;
  const until = status === "paused" && resumesAt ? `; can go on at ${resumesAt}` : "";
  return safeLine(`${status === "waiting" ? "waiting for an answer" : status}: ${why}${until}`);
}
