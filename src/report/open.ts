// Reports: one function for each kind of file.
import type { ReportFormat, Reports, ReportSource } from "../report.ts";
import { htmlReport } from "./html.ts";
import { junitReport } from "./junit.ts";
import { markdownReport, markdownSummary } from "./markdown.ts";
import { sarifReport } from "./sarif.ts";
import { otlpSpans } from "./spans.ts";

const RENDERERS: Record<ReportFormat, (source: ReportSource) => string> = {
  html: htmlReport,
  md: markdownReport,
  json: jsonReport,
};

export const reports: Reports = {
  report: (source, format) => RENDERERS[format](source),
  junit: junitReport,
  sarif: sarifReport,
  spans: otlpSpans,
  summary: markdownSummary,
};

function jsonReport({ run, steps, log, version }: ReportSource): string {
  return `${JSON.stringify({ version, run, steps, log }, null, 2)}\n`;
}
