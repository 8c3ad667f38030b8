// Runs a script purely from a journal: no provider, nothing recorded, and a loud end at the first call that the journal lacks.
import type { Settings } from "../config.ts";
import { errorFromInfo, OdwError } from "../errors.ts";
import { canonicalJson, type Json } from "../json.ts";
import type { RunRecord, Step } from "../run.ts";
import type { ParsedScript, ReplanRequest, Sandbox } from "../sandbox.ts";
import type { Recorded } from "../store.ts";
import { openCensus } from "./census.ts";
import type { Journal } from "./journal.ts";
import { runScript } from "./script_runner.ts";
import { told } from "./script_tools.ts";
import { isThrown } from "./step_outcome.ts";
import type { StepCall } from "./step_runner.ts";
import type { WorkflowRef } from "./workflow_lookup.ts";

export interface ReplayParts {
  record: RunRecord;
  steps: Step[];
  recorded: Recorded;
  script: ParsedScript;
  settings: Settings;
  sandbox: Sandbox;
  findWorkflow: (ref: WorkflowRef) => Promise<ParsedScript>;
}

const SILENT: Journal = { write: () => Promise.resolve(), note: () => {}, onWritten: () => () => {} };

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
    tools: recordedTools(parts, diverge),
    plans: recordedPlans(parts, diverge),
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
    run({ step: id, request, handling, dialect, race }: StepCall): Promise<Json> {
      const step = byId.get(id);
      const label = handling.label ?? excerpt(request.prompt);
      if (!step) return Promise.reject(diverge(`the journal holds no call like agent ${label}`));
      if (step.status === "completed") return Promise.resolve(step.value);
      // A branch of race() that lost: its winner is recorded. What a person skipped gave null there too.
      const isLoser = step.status === "skipped" ? step.error !== null : step.status !== "failed";
      if (race && isLoser) return new Promise(() => {});
      if (step.status === "skipped") return Promise.resolve(null);
      if (step.status !== "failed" || !step.error) return Promise.reject(diverge(`agent ${label} never ended`));
      return isThrown(step.error, dialect) ? Promise.reject(errorFromInfo(step.error)) : Promise.resolve(null);
    },
  };
}

function recordedHuman({ recorded: { answers } }: ReplayParts, diverge: (message: string) => OdwError) {
  return {
    ask({ key, text }: { key: string; text: string }): Promise<string> {
      const answer = answers.get(key);
      return answer === undefined
        ? Promise.reject(diverge(`the journal holds no answer to ${JSON.stringify(text)}`))
        : Promise.resolve(answer);
    },
  };
}

function recordedTools({ recorded }: ReplayParts, diverge: (message: string) => OdwError) {
  return {
    call(key: string, name: string, input: Json): Promise<Json> {
      const outcome = recorded.toolOutcomes.get(key);
      return outcome
        ? new Promise((resolve) => resolve(told(outcome)))
        : Promise.reject(diverge(`the journal holds no call like tools.${name}(${excerpt(input)})`));
    },
  };
}

function recordedPlans({ recorded, sandbox }: ReplayParts, diverge: (message: string) => OdwError) {
  return {
    subScript(key: string, { prompt }: ReplanRequest): Promise<ParsedScript> {
      const source = recorded.plans.get(key);
      return source
        ? Promise.resolve(sandbox.parse(source))
        : Promise.reject(diverge(`the journal holds no sub-script for ${JSON.stringify(prompt)}`));
    },
  };
}

function excerpt(value: Json): string {
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}
