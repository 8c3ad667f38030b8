// The report as one HTML file: no script, no request, readable in light and dark and on paper.
import type { LogLine, ReportSource } from "../report.ts";
import type { RunRecord, Step } from "../run.ts";
import { xml } from "./markup.ts";
import { STYLE } from "./style.ts";
import { timeline } from "./timeline.ts";
import { type Total, totalsByModel, totalsByPhase } from "./totals.ts";
import { censusText, costText, durationText, stepFault, stepMs, stepName, valueText } from "./words.ts";

export function htmlReport({ run, steps, log, version }: ReportSource): string {
  const title = `${run.name}: ${run.status}`;
  const policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>${xml(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<header><h1>${xml(run.name)} <span class="status ${run.status}">${run.status}</span></h1>${facts(run)}</header>
<main>
${answer(run)}
${section("Failures", failures(run, steps))}
${section("Timeline", `<div class="scroll">${timeline(steps)}</div>`, steps.length > 0)}
${section("Cost by model", totalsTable("Model", totalsByModel(steps)), steps.length > 0)}
${section("Cost by phase", totalsTable("Phase", totalsByPhase(steps)), steps.length > 0)}
${section("Agents", stepsList(steps), steps.length > 0)}
${section("Log", logList(log), log.length > 0)}
${section("Script", `<p>${xml(run.spec.scriptPath)}</p>${block(run.spec.script)}`)}
</main>
<footer>odw ${xml(version)}, run ${xml(run.id)}</footer>
</body>
</html>
`;
}

function facts(run: RunRecord): string {
  const { usage } = run;
  const rows: [string, string][] = [
    ["Run", run.id],
    ["Started", run.startedAt],
    ["Took", durationText(run.durationMs)],
    ["Agents", censusText(run)],
    ["Tokens", `${usage.inputTokens} in, ${usage.outputTokens} out`],
    ["Cost", costText(usage.costUsd)],
    ["Model", run.spec.model ?? ""],
    ["Args", run.spec.hasArgs ? JSON.stringify(run.spec.args).slice(0, 500) : ""],
  ];
  const items = rows.filter(([, value]) => value !== "").map(([name, value]) =>
    `<dt>${name}</dt><dd>${xml(value)}</dd>`
  );
  return `<dl>${items.join("")}</dl>`;
}

function answer(run: RunRecord): string {
  if (run.status === "completed") return section("Answer", block(valueText(run.result)));
  const reason = run.error ? `${run.error.name}: ${run.error.message}` : run.reason ?? `the run is ${run.status}`;
  return section("No answer", `<p class="fault">${xml(reason)}</p>${run.error?.stack ? block(run.error.stack) : ""}`);
}

function failures({ failures }: RunRecord, steps: Step[]): string {
  const unnamed = steps.filter((step) => step.status === "interrupted" || step.status === "skipped");
  if (failures.length === 0 && unnamed.length === 0) return "<p>None.</p>";
  const rows = [
    ...failures.map(({ label, phase, reason }) => [label, phase ?? "", reason]),
    ...unnamed.map((step) => [stepName(step), step.phase ?? "", step.status]),
  ];
  return table(["Agent", "Phase", "Reason"], rows);
}

function totalsTable(name: string, totals: Total[]): string {
  const rows = totals.map((total) => [
    total.name,
    String(total.agents),
    String(total.failed),
    String(total.inputTokens),
    String(total.outputTokens),
    costText(total.costUsd),
  ]);
  return table([name, "Agents", "Failed", "Input tokens", "Output tokens", "Cost"], rows, 1);
}

function stepsList(steps: Step[]): string {
  return steps.map((step) => {
    const took = durationText(stepMs(step));
    const head = [stepName(step), step.phase, step.status, took, step.model].filter(Boolean).join(" · ");
    const tools = step.toolCalls.length === 0 ? "" : `<h4>Tools</h4>${
      table(
        ["Tool", "Input", "Outcome"],
        step.toolCalls.map(({ name, input, isError }) => [
          name,
          JSON.stringify(input).slice(0, 300),
          isError === null ? "did not end" : isError ? "error" : "ok",
        ]),
      )
    }`;
    const outcome = step.status === "completed" ? valueText(step.value) : stepFault(step);
    return `<details><summary class="${step.status}">${xml(head)}</summary><h4>Prompt</h4>${
      block(step.request.prompt)
    }${tools}<h4>${step.status === "completed" ? "Answer" : "Reason"}</h4>${block(outcome)}</details>`;
  }).join("\n");
}

function logList(log: LogLine[]): string {
  const lines = log.map(({ at, level, message }) =>
    `<li class="${level}"><time>${new Date(at).toISOString().slice(11, 19)}</time> ${xml(message)}</li>`
  );
  return `<ol class="log">${lines.join("\n")}</ol>`;
}

function section(title: string, content: string, isThere = true): string {
  return isThere ? `<section><h2>${title}</h2>${content}</section>` : "";
}

/** `numbersFrom`: the first column that holds numbers. */
function table(head: string[], rows: string[][], numbersFrom = head.length): string {
  const cells = (row: string[], tag: string) =>
    row.map((text, i) => `<${tag}${i >= numbersFrom ? ' class="number"' : ""}>${xml(text)}</${tag}>`).join("");
  const body = rows.map((row) => `<tr>${cells(row, "td")}</tr>`).join("\n");
  return `<div class="scroll"><table><thead><tr>${cells(head, "th")}</tr></thead><tbody>${body}</tbody></table></div>`;
}

function block(text: string): string {
  return `<pre>${xml(text)}</pre>`;
}
