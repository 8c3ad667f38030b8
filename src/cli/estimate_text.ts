// What a check said before a run, beside what the run then did.
import type { RunEstimate, RunRecord } from "../run.ts";
import { cost, count, duration } from "./amounts.ts";

/** One line: the estimate, and how far off it was. */
export function estimateText({ spec: { estimate }, usage, durationMs }: RunRecord): string {
  if (!estimate) return "";
  const { agents, inputTokens, outputTokens, costUsd, wallMs } = estimate;
  return [
    `${beside(agentsText(agents), agents.typical, usage.agents)} agents`,
    `${beside(count(inputTokens), inputTokens, usage.inputTokens)} tokens in`,
    `${beside(count(outputTokens), outputTokens, usage.outputTokens)} out`,
    `cost ${cost(costUsd)} (was ${cost(usage.costUsd)})`,
    `time ${duration(wallMs)}${durationMs === null ? "" : ` (was ${duration(durationMs)})`}`,
  ].join(", ");
}

function agentsText({ min, typical, max }: RunEstimate["agents"]): string {
  return min === max ? String(typical) : `${typical} (${min} to ${max})`;
}

/** `40 (was 50, +25%)`. */
function beside(text: string, estimated: number, actual: number): string {
  if (estimated === 0) return `${text} (was ${count(actual)})`;
  const off = Math.round((actual / estimated - 1) * 100);
  return `${text} (was ${count(actual)}, ${off >= 0 ? "+" : ""}${off}%)`;
}
