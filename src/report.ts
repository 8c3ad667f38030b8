// The contract of reports: what is recorded of a run in, one text out that opens anywhere.
import type { LogLevel, RunRecord, Step } from "./run.ts";

/** All that a report is made of. */
export interface ReportSource {
  run: RunRecord;
  /** In the order of their start. */
  steps: Step[];
  log: LogLine[];
  version: string;
}

export interface LogLine {
  /** Milliseconds since the epoch. */
  at: number;
  level: LogLevel;
  message: string;
}

export type ReportFormat = "html" | "md" | "json";

/** Each gives the whole text of a file. */
export interface Reports {
  /** Answer, census, timeline, cost by model and phase, failures, log and script; needs no network and no script of its own. */
  report(source: ReportSource, format: ReportFormat): string;
  /** JUnit XML: a suite per phase, a case per agent. */
  junit(source: ReportSource): string;
  /** SARIF 2.1.0 of the findings in the result: objects with `file` and `line`, wherever they stand. `findings`: how many there are. */
  sarif(source: ReportSource): { text: string; findings: number };
  /** OTLP/JSON: spans of the run and its agents by the GenAI conventions, without their texts. `resource`: who sends them. */
  spans(source: ReportSource, resource: Record<string, string>): string;
  /** Markdown for the summary page of a CI job: short. */
  summary(source: ReportSource): string;
}
