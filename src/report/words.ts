// Numbers and values as a report's reader wants them.
import type { CostUsd } from "../agent.ts";
import type { Json } from "../json.ts";
import type { RunRecord, Step } from "../run.ts";

export function costText(usd: CostUsd): string {
  if (usd === null) return "unknown";
  if (usd === 0 || usd >= 0.1) return `$${usd.toFixed(2)}`;
  return usd < 0.0001 ? "<$0.0001" : `$${usd.toFixed(4)}`;
}

/** Seconds with one decimal below a minute, else minutes and seconds. */
export function durationText(ms: number | null): string {
  if (ms === null) return "";
  const seconds = ms / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/** A text as it is, everything else as JSON that can be read. */
export function valueText(value: Json): string {
  return typeof value === "string" ? value : JSON.stringify(value, null, 2);
}

/** `12 done (3 cached, 1 empty), 2 failed, 1 skipped`. */
export function censusText({ census: { done, failed, skipped, cached, empty } }: RunRecord): string {
  const ofThese = [cached ? `${cached} cached` : "", empty ? `${empty} empty` : ""].filter(Boolean).join(", ");
  const parts = [
    `${done} done${ofThese ? ` (${ofThese})` : ""}`,
    failed ? `${failed} failed` : "",
    skipped ? `${skipped} skipped` : "",
  ];
  return parts.filter(Boolean).join(", ");
}

export function stepName({ label, id }: Step): string {
  return label ?? id;
}

/** Why a step came to nothing; empty for one that did not. */
export function stepFault(step: Step): string {
  if (step.status === "failed") return step.error?.message ?? "failed";
  return step.status === "completed" || step.status === "running" ? "" : step.status;
}

export function stepMs({ startedAt, endedAt }: Step): number | null {
  return endedAt === null ? null : Date.parse(endedAt) - Date.parse(startedAt);
}
