// JUnit XML, the form in which CI systems take results: a suite per phase, a case per agent.
import type { ReportSource } from "../report.ts";
import type { RunRecord, Step } from "../run.ts";
import { xml } from "./markup.ts";
import { stepFault, stepMs, stepName } from "./words.ts";

export function junitReport({ run, steps }: ReportSource): string {
  const suites = [...byPhase(steps)].map(([phase, members]) => suite(phase ?? run.name, members, run));
  const whole = runSuite(run);
  const failed = steps.filter(isFailed).length + (run.status === "completed" ? 0 : 1);
  const attributes = `name="${xml(run.name)}" tests="${steps.length + 1}" failures="${failed}" time="${
    seconds(run.durationMs)
  }"`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites ${attributes}>\n${
    [...suites, whole].join("")
  }</testsuites>\n`;
}

/** The run itself is a case too: a script may fail although each of its agents answered. */
function runSuite(run: RunRecord): string {
  const reason = run.error?.message ?? run.reason ?? run.status;
  const failure = run.status === "completed" ? "" : `      ${problem("failure", run.status, reason)}\n`;
  const head = `  <testsuite name="run" tests="1" failures="${failure ? 1 : 0}" errors="0" skipped="0" time="${
    seconds(run.durationMs)
  }">\n`;
  const name = `    <testcase classname="${xml(run.name)}" name="run ${xml(run.id)}" time="${
    seconds(run.durationMs)
  }">\n`;
  return `${head}${name}${failure}    </testcase>\n  </testsuite>\n`;
}

function byPhase(steps: Step[]): Map<string | null, Step[]> {
  const phases = new Map<string | null, Step[]>();
  for (const step of steps) phases.set(step.phase, [...(phases.get(step.phase) ?? []), step]);
  return phases;
}

function suite(phase: string, steps: Step[], run: RunRecord): string {
  const failures = steps.filter(isFailed).length;
  const skipped = steps.filter(({ status }) => status === "skipped" || status === "interrupted").length;
  const timeMs = steps.reduce((sum, step) => sum + (stepMs(step) ?? 0), 0);
  const counts = `tests="${steps.length}" failures="${failures}" errors="0" skipped="${skipped}" time="${
    seconds(timeMs)
  }"`;
  const cases = steps.map((step) => testCase(step, run)).join("");
  return `  <testsuite name="${xml(phase)}" ${counts} timestamp="${
    xml(run.startedAt.slice(0, 19))
  }">\n${cases}  </testsuite>\n`;
}

function testCase(step: Step, { name }: RunRecord): string {
  const head = `    <testcase classname="${xml(`${name}.${step.phase ?? "agents"}`)}" name="${
    xml(stepName(step))
  }" time="${seconds(stepMs(step))}">`;
  if (step.status === "completed") return `${head}</testcase>\n`;
  const kind = isFailed(step) ? "failure" : "skipped";
  return `${head}\n      ${
    problem(kind, step.error?.code ?? step.status, stepFault(step) || step.status)
  }\n    </testcase>\n`;
}

function problem(kind: "failure" | "skipped", type: string, message: string): string {
  if (kind === "skipped") return `<skipped message="${xml(message)}"/>`;
  return `<failure type="${xml(type)}" message="${xml(message.split("\n", 1)[0] ?? "")}">${xml(message)}</failure>`;
}

function isFailed({ status }: Step): boolean {
  return status === "failed";
}

function seconds(ms: number | null): string {
  return ((ms ?? 0) / 1000).toFixed(3);
}
