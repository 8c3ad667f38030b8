// Runs a script purely from a journal: no provider, nothing recorded, and a loud end at the first call that the journal lacks.
import type { AgentHandling, AgentRequest } from "../agent.ts";
import type { Settings } from "../config.ts";
import { errorFromInfo, OdwError } from "../errors.ts";
import { canonicalJson, type Json } from "../json.ts";
import type { Dialect, RunRecord, Step } from "../run.ts";
import type { ParsedScript, Sandbox } from "../sandbox.ts";
import { openCensus } from "./census.ts";
import type { Journal } from "./journal.ts";
import { runScript } from "./script_runner.ts";
import { isThrown } from "./step_outcome.ts";
import type { WorkflowRef } from "./workflow_lookup.ts";

export interface ReplayParts {
  record: RunRecord;
  steps: Step[];
  answers: ReadonlyMap<string, string>;
  script: ParsedScript;
  settings: Settings;
  sandbox: Sandbox;
  findWorkflow: (ref: WorkflowRef) => Promise<ParsedScript>;
}

const SILENT: Journal = { write: () => Promise.resolve(), note: () => {}, onCommitted: () => () => {} };

/** The script's result. Throws OdwError `conflict` where it leaves the journal, else what the script throws. */
export async function replay(parts: ReplayParts): Promise<Json> {
  const { record, script, settings, sandbox, findWorkflow } = parts;
  const controller = new AbortController();
  const diverge = (message: string) => {
    const error = new OdwError("conflict", `replay of run ${record.id} diverged: ${message}`, {
      name: "ReplayDivergence",
    });
    controller.abort(error);
    return error;
  };
  const result = await runScript(script, {
    runId: record.id,
    spec: record.spec,
    clockStartMs: Date.parse(record.startedAt),
    ...{ settings, sandbox, findWorkflow },
    steps: recordedSteps(parts, diverge),
    human: recordedHuman(parts, diverge),
    journal: SILENT,
    census: openCensus(record.spec.limits, script.dialect, null),
    signal: controller.signal,
  });
  if (record.status === "completed" && canonicalJson(result) !== canonicalJson(record.result)) {
    throw diverge(`the result is ${excerpt(result)}, recorded was ${excerpt(record.result)}`);
  }
  return result;
}

function recordedSteps({ steps }: ReplayParts, diverge: (message: string) => OdwError) {
  const byId = new Map(steps.map((step) => [step.id, step]));
  return {
    run(id: string, request: AgentRequest, handling: AgentHandling, dialect: Dialect): Promise<Json> {
      const step = byId.get(id);
      const label = handling.label ?? excerpt(request.prompt);
      if (!step) return Promise.reject(diverge(`the journal holds no call like agent ${label}`));
      if (step.status === "completed") return Promise.resolve(step.value);
      if (step.status === "skipped") return Promise.resolve(null);
      if (step.status !== "failed" || !step.error) return Promise.reject(diverge(`agent ${label} never ended`));
      return isThrown(step.error, dialect) ? Promise.reject(errorFromInfo(step.error)) : Promise.resolve(null);
    },
  };
}

function recordedHuman({ answers }: ReplayParts, diverge: (message: string) => OdwError) {
  return {
    ask({ key, text }: { key: string; text: string }): Promise<string> {
      const answer = answers.get(key);
      return answer === undefined
        ? Promise.reject(diverge(`the journal holds no answer to ${JSON.stringify(text)}`))
        : Promise.resolve(answer);
    },
  };
}

function excerpt(value: Json): string {
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}
