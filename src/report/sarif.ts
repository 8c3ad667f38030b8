// SARIF 2.1.0, the form in which code hosts take findings.
import type { ReportSource } from "../report.ts";
import { type Finding, findingsOf } from "./findings.ts";

const SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json";

export function sarifReport({ run, version }: ReportSource): { text: string; findings: number } {
  const findings = findingsOf(run.result);
  const ruleId = ruleOf(run.name);
  const document = {
    $schema: SCHEMA,
    version: "2.1.0",
    runs: [{
      tool: {
        driver: {
          name: "odw",
          version,
          rules: [{ id: ruleId, shortDescription: { text: `Findings of the workflow ${run.name}` } }],
        },
      },
      automationDetails: { id: `odw/${ruleId}/` },
      invocations: [{
        executionSuccessful: run.status === "completed",
        startTimeUtc: run.startedAt,
        ...(run.endedAt === null ? {} : { endTimeUtc: run.endedAt }),
      }],
      results: findings.map((finding) => resultOf(finding, ruleId)),
    }],
  };
  return { text: `${JSON.stringify(document, null, 2)}\n`, findings: findings.length };
}

function resultOf({ file, line, endLine, level, title, detail }: Finding, ruleId: string) {
  const region = line === null ? {} : { region: { startLine: line, ...(endLine === null ? {} : { endLine }) } };
  return {
    ruleId,
    level,
    message: { text: detail && detail !== title ? `${title}\n\n${detail}` : title },
    locations: [{ physicalLocation: { artifactLocation: { uri: uriOf(file) }, ...region } }],
  };
}

/** A relative reference: each part encoded, the slashes kept. */
function uriOf(file: string): string {
  return file.split("/").map(encodeURIComponent).join("/");
}

function ruleOf(name: string): string {
  return name.replace(/[^\w.-]+/g, "-") || "workflow";
}
