// A run as OpenTelemetry spans, in the words of the GenAI conventions: one for the run, one for each agent, without prompts and answers.
import type { ReportSource } from "../report.ts";
import type { RunRecord, Step } from "../run.ts";
import { stepFault, stepName } from "./words.ts";

/** OTLP's kinds and status codes, as numbers. */
const INTERNAL = 1;
const CLIENT = 3;
const OK = 1;
const ERROR = 2;

/** The body of a POST to an OTLP/HTTP endpoint, as JSON (opentelemetry-proto, ExportTraceServiceRequest). */
export function otlpSpans(source: ReportSource, resource: Record<string, string>): string {
  const traceId = hexId(16);
  const root = hexId(8);
  const spans = [
    runSpan(source.run, { traceId, root }),
    ...source.steps.map((step) => stepSpan(step, { traceId, root })),
  ];
  const scopeSpans = [{ scope: { name: "odw", version: source.version }, spans }];
  return JSON.stringify({ resourceSpans: [{ resource: { attributes: attributes(resource) }, scopeSpans }] });
}

interface Place {
  traceId: string;
  /** Id of the run's span. */
  root: string;
}

function runSpan(run: RunRecord, { traceId, root }: Place) {
  const endedAt = run.endedAt ?? new Date(Date.parse(run.startedAt) + (run.durationMs ?? 0)).toISOString();
  return {
    ...{ traceId, spanId: root, name: `invoke_workflow ${run.name}`, kind: INTERNAL },
    ...times(run.startedAt, endedAt),
    attributes: attributes({
      "gen_ai.operation.name": "invoke_workflow",
      "gen_ai.workflow.name": run.name,
      "odw.run.id": run.id,
      "odw.run.status": run.status,
      ...usage(run.usage),
    }),
    status: run.status === "completed"
      ? { code: OK }
      : { code: ERROR, message: run.error?.message ?? run.reason ?? run.status },
  };
}

function stepSpan(step: Step, { traceId, root }: Place) {
  const [provider = "", ...model] = (step.model ?? "").split("/");
  const fault = stepFault(step);
  return {
    ...{ traceId, spanId: hexId(8), parentSpanId: root, name: `invoke_agent ${stepName(step)}`, kind: CLIENT },
    ...times(step.startedAt, step.endedAt ?? step.startedAt),
    attributes: attributes({
      "gen_ai.operation.name": "invoke_agent",
      "gen_ai.agent.name": stepName(step),
      "gen_ai.agent.id": step.id,
      "gen_ai.provider.name": provider,
      "gen_ai.request.model": model.join("/"),
      "odw.phase": step.phase ?? "",
      "odw.attempts": step.attempts,
      "odw.tool_calls": step.toolCalls.length,
      ...(step.usage ? usage(step.usage) : {}),
      ...(fault ? { "error.type": step.error?.code ?? step.status } : {}),
    }),
    status: fault ? { code: ERROR, message: fault } : { code: OK },
  };
}

function usage({ inputTokens, outputTokens }: { inputTokens: number; outputTokens: number }) {
  return { "gen_ai.usage.input_tokens": inputTokens, "gen_ai.usage.output_tokens": outputTokens };
}

function times(startedAt: string, endedAt: string) {
  return { startTimeUnixNano: nanoseconds(startedAt), endTimeUnixNano: nanoseconds(endedAt) };
}

/** A number of 64 bits goes as text. */
function nanoseconds(iso: string): string {
  return `${Date.parse(iso)}000000`;
}

function attributes(values: Record<string, string | number>) {
  return Object.entries(values).filter(([, value]) => value !== "").map(([key, value]) => ({
    key,
    value: typeof value === "number" ? { intValue: String(value) } : { stringValue: value },
  }));
}

function hexId(bytes: number): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(bytes)), (byte) => byte.toString(16).padStart(2, "0")).join(
    "",
  );
}
