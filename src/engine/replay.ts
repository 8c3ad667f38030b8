// Runs a script purely from a journal: no provider, nothing recorded, and a loud end at the first call that the journal lacks.
import type { Settings } from "../config.ts";
import { errorFromInfo, OdwError } from "../errors.ts";
import { canonicalJson, type Json } from "../json.ts";
import type { RunRecord, Step } from "../run.ts";
import type { ParsedScript, ReplanRequest, Sandbox } from "../sandbox.ts";
import type { Recorded } from "../store.ts";
import { openCensus } from "./census.ts";
import type { Journal } from "./journal.ts";
import { Retelling } from "./retelling.ts";
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
  using story = openStory(parts, diverge);
  const result = await runScript(script, {
    retelling: story.retelling,
    runId: record.id,
    spec: record.spec,
    clockStartMs: Date.parse(record.startedAt),
    ...{ settings, sandbox, findWorkflow },
    steps: recordedSteps(parts, { diverge, unended: story.unended }),
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

/** How long a script may wait for an agent that never ended, for a timer of its own. */
const PATIENCE_MS = 10_000;

/** The recorded order, and an end where the script waits for what never came. */
function openStory({ recorded: { order } }: ReplayParts, diverge: (message: string) => OdwError) {
  const unended = new Set<string>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const onQuiet = () => {
    const [label] = unended;
    if (label === undefined || timer !== undefined) return;
    timer = setTimeout(() => diverge(`agent ${label} never ended`), PATIENCE_MS);
  };
  const onTold = () => {
    clearTimeout(timer);
    timer = undefined;
  };
  const retelling = new Retelling({ order, onQuiet, onTold });
  return { retelling, unended, [Symbol.dispose]: onTold };
}

interface Told {
  diverge: (message: string) => OdwError;
  /** Labels of agents that the script was never told of. */
  unended: Set<string>;
}

function recordedSteps({ record, steps }: ReplayParts, { diverge, unended }: Told) {
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
      if (step.status !== "failed" || !step.error) {
        if (record.status !== "completed") return Promise.reject(diverge(`agent ${label} never ended`));
        // The script had its result without it: the loser of a Promise.race, say.
        unended.add(label);
        return new Promise(() => {});
      }
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
