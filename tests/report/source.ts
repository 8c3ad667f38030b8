// A recorded run whose agents wrote whatever could break a report.
import type { ReportSource } from "../../src/report.ts";
import type { Step } from "../../src/run.ts";
import { runRecord, step } from "../cli/fake_engine.ts";

export const NASTY = `</script><script>alert(1)</script> ]]> & "quoted" \`\`\`\n| # \u0000\u0007 ${
  String.fromCharCode(0xd800)
} <!--`;

export function source(part: Partial<ReportSource["run"]> = {}, steps: Step[] = nastySteps()): ReportSource {
  const run = runRecord({ name: `audit ${NASTY}`, result: NASTY, ...part });
  return { run, steps, log: [{ at: Date.parse(run.startedAt), level: "warn", message: NASTY }], version: "0.1.0" };
}

export function nastySteps(): Step[] {
  return [
    step({ id: "a#0", label: NASTY, phase: NASTY, value: NASTY, costUsd: 0.25 }),
    step({
      id: "b#0",
      label: "broken",
      phase: NASTY,
      status: "failed",
      value: null,
      error: { name: "Error", message: NASTY, code: "timeout" },
      costUsd: null,
    }),
    step({ id: "c#0", label: null, phase: null, status: "skipped", value: null, usage: null, costUsd: 0 }),
  ];
}
