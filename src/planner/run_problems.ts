// What went wrong in a dry run, as a problem with its place in the script.
import { errorInfo } from "../errors.ts";
import type { CheckProblem } from "../planner.ts";
import type { ParsedScript } from "../sandbox.ts";
import { TYPICAL } from "./answers.ts";
import type { DryRun } from "./dry_run.ts";

/** A chain of waiting agents that is this long comes from a loop, not from long lists. */
const LOOP_DEPTH = 40;
const BY_MISTAKE: ReadonlySet<string> = new Set(["TypeError", "ReferenceError", "SyntaxError", "RangeError"]);

export function cappedProblem({ calls, choice }: DryRun): CheckProblem {
  const depth = calls.reduce((deepest, call) => Math.max(deepest, call.depth), 0);
  const last = calls.at(-1);
  const where = last ? `, the last as "${last.label}"` : "";
  const isTypical = choice === TYPICAL;
  if (depth >= Math.min(LOOP_DEPTH, calls.length)) {
    const message = `this script calls agent() without end when ${choice}: ${calls.length} calls were made${where}`;
    const fix = "bound the loop: for (let round = 1; round <= 5; round++) { … }";
    return { severity: "error", place: null, message, fix };
  }
  const message = `this script may reach the limit of ${calls.length} agents when ${choice}${where}`;
  const severity = isTypical ? "error" : "warning";
  return { severity, place: null, message, fix: "cut its lists, or raise --max-agents" };
}

/** null: the script ended itself on purpose, where that is no mistake. */
export function failedProblem(
  error: unknown,
  { script, choice, isTypical }: { script: ParsedScript; choice: string; isTypical: boolean },
): CheckProblem | null {
  const { name, message, stack, code } = errorInfo(error);
  if (!isTypical && !BY_MISTAKE.has(name) && code !== "sandbox_limit") return null;
  const place = placeIn(stack, script);
  const line = place === null ? "" : `\n  ${place.line} | ${script.text.split("\n")[place.line - 1]?.trimEnd() ?? ""}`;
  const isOfNull = BY_MISTAKE.has(name) && choice === "every agent fails";
  return {
    severity: isTypical ? "error" : "warning",
    place: place?.text ?? null,
    message: `the run would end with ${name} when ${choice}: ${message.split("\n")[0]}${line}`,
    fix: isOfNull ? "an agent that fails returns null: results.filter(Boolean), or answer?.field" : null,
  };
}

export function stoppedProblem(limitMs: number): CheckProblem {
  const message = `the dry run was stopped after ${
    limitMs / 1000
  } seconds: the script waits for timers or computes without end`;
  return { severity: "error", place: null, message, fix: "leave out setTimeout, and bound every loop" };
}

/** What was not looked at must not look as if it were in order. */
export function untriedProblem(choices: string[], limitMs: number): CheckProblem {
  const seconds = (limitMs / 1000).toFixed(1);
  const message = `not tried to its end within ${seconds} seconds: what happens when ${choices.join(", or when ")}`;
  const fix =
    "check again on a quieter machine; a script that computes or waits long in a branch cannot be tried there";
  return { severity: "warning", place: null, message, fix };
}

function placeIn(stack: string | undefined, { file }: ParsedScript): { text: string; line: number } | null {
  const at = stack?.indexOf(`${file}:`) ?? -1;
  if (stack === undefined || at < 0) return null;
  const found = /^:(\d+)(?::(\d+))?/.exec(stack.slice(at + file.length));
  if (!found) return null;
  return { text: `${file}:${found[1]}${found[2] ? `:${found[2]}` : ""}`, line: Number(found[1]) };
}
