// A run for people: what it was given, its steps by phase, failures, and the result.
import type { RunRecord, Step } from "../run.ts";
import { cost, count, duration, localTime, plural } from "./amounts.ts";
import { approvalLines } from "./approval_text.ts";
import { errorText } from "./error_text.ts";
import { estimateText } from "./estimate_text.ts";
import { goOnCommands, standstillText } from "./next_step.ts";
import { questionText } from "./question_text.ts";
import { censusText } from "./run_summary.ts";
import { fact, type PageOptions, section, shortStep, valueText } from "./step_page.ts";
import { plainStyle } from "./style.ts";
import { safeLine, safeStart } from "./terminal_text.ts";
import { wrap } from "./text_width.ts";

/** The newest ones. */
const MOST_WARNINGS = 20;

/** `warnings`: what its log warned of. */
export function runPage(
  run: RunRecord,
  { steps, warnings }: { steps: Step[]; warnings: string[] },
  page: PageOptions,
): string[] {
  return [
    ...head(run, page),
    ...approval(run, page),
    ...warningLines(warnings, page),
    ...phases(steps, page),
    ...failures(run, page),
    ...section("Error", run.error ? errorText(run.error) : "", page),
    ...section("Result", run.status === "completed" ? valueText(run.result) || "(empty)" : "", page),
  ];
}

function head(run: RunRecord, page: PageOptions): string[] {
  const { spec, usage } = run;
  const took = run.durationMs === null ? "" : `, took ${duration(run.durationMs)}`;
  const facts: [string, string][] = [
    ["Run", run.id],
    ["Name", run.name],
    ["Status", standstillText(run) ?? run.status],
    ["Question", run.status === "waiting" && run.question ? questionText(run.question) : ""],
    ["Go on", goOnCommands(run) ?? ""],
    ["Started", `${localTime(run.startedAt)}${took}`],
    ["Script", spec.scriptPath],
    ["Folder", spec.cwd],
    ["Args", spec.hasArgs ? safeStart(typeof spec.args === "string" ? spec.args : JSON.stringify(spec.args), 300) : ""],
    ["Model", spec.model ?? ""],
    ["Agents", censusText(run.census, plainStyle)],
    ["Tokens", `${count(usage.inputTokens)} in, ${count(usage.outputTokens)} out`],
    ["Cost", cost(usage.costUsd)],
    ["Estimate", estimateText(run)],
  ];
  return facts.filter(([, value]) => value).flatMap(([name, value]) => fact(name, value, page));
}

/** All of what a waiting agent wants to do. */
function approval({ status, question }: RunRecord, { style }: PageOptions): string[] {
  if (status !== "waiting" || !question?.approval) return [];
  const all = { style, most: Infinity, howToSeeAll: "odw show --json" };
  return [
    "",
    style("bold", `Waits for approval: ${safeLine(question.approval.tool)}`),
    ...approvalLines(question.approval, all),
  ];
}

function warningLines(warnings: string[], { columns, style }: PageOptions): string[] {
  if (warnings.length === 0) return [];
  const shown = warnings.slice(-MOST_WARNINGS).flatMap((warning) =>
    wrap(`! ${safeLine(warning)}`, columns - 4).map((line, i) => `  ${i === 0 ? "" : "  "}${style("yellow", line)}`)
  );
  return ["", style("bold", "Warnings"), ...shown];
}

function phases(steps: Step[], page: PageOptions): string[] {
  const byPhase = new Map<string | null, Step[]>();
  for (const step of steps) {
    const known = byPhase.get(step.phase);
    if (known) known.push(step);
    else byPhase.set(step.phase, [step]);
  }
  return [...byPhase].flatMap(([title, members]) => [
    "",
    `${page.style("bold", safeLine(title ?? (byPhase.size > 1 ? "(no phase)" : "Steps")))}  ${
      page.style("dim", plural(members.length, "agent"))
    }`,
    ...members.flatMap((step) => shortStep(step, page)),
  ]);
}

function failures({ failures }: RunRecord, { columns, style }: PageOptions): string[] {
  if (failures.length === 0) return [];
  const lines = failures.flatMap(({ label, reason }) =>
    wrap(`✗ ${safeLine(label)} failed: ${safeLine(reason)}`, columns - 4)
      .map((line, i) => `  ${i === 0 ? "" : "  "}${style("red", line)}`)
  );
  return ["", style("bold", "Failures"), ...lines];
}
