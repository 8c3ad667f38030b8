// What stays on the terminal when a run has stopped: failures, the error, one line of totals, and how to go on.
import type { Failure, RunCensus, RunRecord } from "../run.ts";
import { cost, count, duration, plural } from "./amounts.ts";
import { errorText } from "./error_text.ts";
import { nextStep, standstillText } from "./next_step.ts";
import type { Printer } from "./printer.ts";
import type { Colour, Style } from "./style.ts";
import { safeLine } from "./terminal_text.ts";

const SHOWN_FAILURES = 10;

export interface SummaryOptions {
  /** Errors only. */
  quiet: boolean;
  /** Failures were not shown as they came. */
  withFailures: boolean;
}

export async function printSummary(
  run: RunRecord,
  printer: Printer,
  { quiet, withFailures }: SummaryOptions,
): Promise<void> {
  if (withFailures) await printer.err(failureLines(run.failures, run.id, printer));
  if (run.status === "failed" && run.error) await printer.error(errorText(run.error));
  const standstill = standstillText(run);
  if (standstill) await printer.note(standstill);
  if (!quiet) await printer.err(`${totalsLine(run, printer)}\n`);
  const isStanding = run.status === "paused" || run.status === "waiting";
  const hint = quiet && !isStanding ? null : nextStep(run);
  if (hint) await printer.note(hint);
}

/** `completed · 12 agents done (3 cached), 2 failed · 12.3k in 4.5k out tokens · cost $0.12 · 1m 04s · run 01J…` */
export function totalsLine(run: RunRecord, { errStyle }: Pick<Printer, "errStyle">): string {
  const { usage } = run;
  const parts = [
    errStyle(statusColour(run), statusWords(run)),
    censusText(run.census, errStyle),
    `${count(usage.inputTokens)} in ${count(usage.outputTokens)} out tokens`,
    `cost ${cost(usage.costUsd)}`,
    duration(run.durationMs ?? 0),
    `run ${run.id}`,
  ];
  return parts.join(" · ");
}

/** `12 agents done (3 cached, 1 empty), 2 failed, 1 skipped`; what is 0 is left out. */
export function censusText({ done, failed, skipped, cached, empty }: RunCensus, style: Style): string {
  const ofThese = [cached ? `${cached} cached` : "", empty ? style("yellow", `${empty} empty`) : ""].filter(Boolean);
  const parts = [
    `${plural(done, "agent")} done${ofThese.length ? ` (${ofThese.join(", ")})` : ""}`,
    failed ? style("red", `${failed} failed`) : "",
    skipped ? style("yellow", `${skipped} skipped`) : "",
  ];
  return parts.filter(Boolean).join(", ");
}

function statusWords(run: RunRecord): string {
  const failures = Math.max(run.failures.length, run.census.failed);
  return run.status === "completed" && failures > 0 ? `completed with ${plural(failures, "failure")}` : run.status;
}

function statusColour(run: RunRecord): Colour {
  if (run.status === "failed") return "red";
  if (run.status !== "completed" || run.failures.length > 0 || run.census.failed > 0) return "yellow";
  return "green";
}

function failureLines(failures: Failure[], runId: string, { errStyle }: Printer): string {
  const lines = failures.slice(0, SHOWN_FAILURES)
    .map(({ label, reason }) => errStyle("red", `✗ ${safeLine(label)} failed: ${safeLine(reason)}`));
  const more = failures.length - lines.length;
  if (more > 0) lines.push(errStyle("red", `✗ … ${plural(more, "more failure")}; see odw show ${runId}`));
  return lines.map((line) => `${line}\n`).join("");
}
