// What the journal and the script are told of an agent() call.
import type { AgentCall, AgentHandling, AgentRequest, AgentResult } from "../agent.ts";
import { errorFromInfo } from "../errors.ts";
import type { Json } from "../json.ts";
import type { Dialect, EventBody } from "../run.ts";
import { isThrown } from "./step_outcome.ts";

const LABEL_CHARS = 48;

export function startedEvent(step: string, { request, handling, route }: AgentCall): EventBody {
  return { type: "step_started", step, request, handling, model: `${route.provider}/${route.modelId}` };
}

/** Those that were given. */
export function namesOf({ label, phase }: AgentHandling): { label?: string; phase?: string } {
  return { ...(label === undefined ? {} : { label }), ...(phase === undefined ? {} : { phase }) };
}

/** Of a call that is known: in an edited script it may stand elsewhere. */
export function placeOf({ line, script }: AgentHandling): { line?: number; script?: string } {
  return { ...(line === undefined ? {} : { line }), ...(script === undefined ? {} : { script }) };
}

export interface EndedStep {
  step: string;
  durationMs: number;
  handling: AgentHandling;
  dialect: Dialect;
}

/** The end, and the line of the failure list where the script is told nothing. */
export function endingOf(result: AgentResult, { step, durationMs, handling, dialect }: EndedStep): EventBody[] {
  const { model, attempts, usage, costUsd } = result;
  const common = { step, model, attempts, usage, costUsd, durationMs };
  if (result.status === "completed") return [{ type: "step_completed", value: result.value, ...common }];
  const { error, rawText } = result;
  const failed: EventBody = { type: "step_failed", error, ...(rawText === undefined ? {} : { rawText }), ...common };
  if (isThrown(error, dialect)) return [failed];
  const { label, phase } = handling;
  const failure = { label: label ?? "agent", phase: phase ?? null, reason: error.message };
  return [failed, { type: "failure_recorded", failure }];
}

/** What the script gets, or has thrown at it. */
export function tell(result: AgentResult, dialect: Dialect): Json {
  if (result.status === "completed") return result.value;
  if (isThrown(result.error, dialect)) throw errorFromInfo(result.error);
  return null;
}

/** The label of a call that has none. */
export function labelOf(request: AgentRequest): string {
  const line = request.prompt.trimStart().split("\n", 1)[0] ?? "";
  const text = line || request.agentType || "agent";
  return text.length > LABEL_CHARS ? `${text.slice(0, LABEL_CHARS - 1)}…` : text;
}
