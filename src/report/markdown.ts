// The report as Markdown, and its short form for the summary page of a CI job.
import type { ReportSource } from "../report.ts";
import type { RunRecord } from "../run.ts";
import { cell, fenced } from "./markup.ts";
import { type Total, totalsByModel, totalsByPhase } from "./totals.ts";
import { censusText, costText, durationText, valueText } from "./words.ts";

/** A summary page takes 1 MiB in all: this much is the answer's. */
const SUMMARY_CHARS = 20_000;
const SUMMARY_FAILURES = 20;

export function markdownReport({ run, steps, log, version }: ReportSource): string {
  const parts = [
    `# ${cell(run.name)}: ${run.status}\n`,
    facts(run),
    answer(run, Infinity),
    `## Failures\n\n${failureList(run, Infinity)}`,
    steps.length === 0 ? "" : `## Cost by model\n\n${totalsTable("Model", totalsByModel(steps))}`,
    steps.length === 0 ? "" : `## Cost by phase\n\n${totalsTable("Phase", totalsByPhase(steps))}`,
    log.length === 0 ? "" : `## Log\n\n${fenced(log.map(({ level, message }) => `${level}: ${message}`).join("\n"))}`,
    `## Script\n\n${cell(run.spec.scriptPath)}\n\n${fenced(run.spec.script, "js")}`,
    `odw ${version}, run ${run.id}\n`,
  ];
  return parts.filter(Boolean).join("\n");
}

export function markdownSummary({ run }: ReportSource): string {
  const failures = run.failures.length === 0 ? "" : `### Failures\n\n${failureList(run, SUMMARY_FAILURES)}`;
  return [`## odw: ${cell(run.name)}: ${run.status}\n`, facts(run), answer(run, SUMMARY_CHARS), failures]
    .filter(Boolean).join("\n");
}

function facts(run: RunRecord): string {
  const { usage } = run;
  const tokens = `${usage.inputTokens} in, ${usage.outputTokens} out`;
  return [
    `| Agents | Tokens | Cost | Time | Run |`,
    `|---|---|---|---|---|`,
    `| ${censusText(run)} | ${tokens} | ${cell(costText(usage.costUsd))} | ${
      durationText(run.durationMs)
    } | ${run.id} |`,
    "",
  ].join("\n");
}

/** In a fence: what an agent wrote must not become part of the page. */
function answer(run: RunRecord, most: number): string {
  if (run.status !== "completed") {
    return `### No answer\n\n${
      fenced(run.error ? `${run.error.name}: ${run.error.message}` : run.reason ?? run.status)
    }`;
  }
  const text = valueText(run.result);
  const cut = text.length > most ? `${text.slice(0, most)}\n… (cut; odw report ${run.id} holds all of it)` : text;
  return `### Answer\n\n${fenced(cut, typeof run.result === "string" ? "" : "json")}`;
}

function failureList({ failures, id }: RunRecord, most: number): string {
  if (failures.length === 0) return "None.\n";
  const lines = failures.slice(0, most).map(({ label, reason }) => `- ${cell(label)}: ${cell(reason)}`);
  if (failures.length > most) lines.push(`- … ${failures.length - most} more: odw show ${id}`);
  return `${lines.join("\n")}\n`;
}

function totalsTable(name: string, totals: Total[]): string {
  const rows = totals.map(({ name, agents, failed, inputTokens, outputTokens, costUsd }) =>
    `| ${cell(name)} | ${agents} | ${failed} | ${inputTokens} | ${outputTokens} | ${cell(costText(costUsd))} |`
  );
  const head = `| ${name} | Agents | Failed | Input tokens | Output tokens | Cost |\n|---|--:|--:|--:|--:|--:|`;
  return `${head}\n${rows.join("\n")}\n`;
}
