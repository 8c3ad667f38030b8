// What one script of a run may call: the Host behind its sandbox.
import type { AgentHandling, AgentRequest } from "../agent.ts";
import { OdwError } from "../errors.ts";
import type { Json } from "../json.ts";
import type { Dialect, Question } from "../run.ts";
import type { Host } from "../sandbox.ts";
import type { Census } from "./census.ts";
import type { Journal } from "./journal.ts";
import { createStepKeys } from "./step_key.ts";
import type { WorkflowRef } from "./workflow_lookup.ts";

export interface ScriptPlace {
  dialect: Dialect;
  /** See createStepKeys. */
  scope: string;
  /** 0 for the run's own script. */
  depth: number;
}

/** Where the answers of agent() come from: a provider or a journal. */
export interface StepAnswers {
  /** Called in the order of the script's calls. */
  run(step: string, request: AgentRequest, handling: AgentHandling, dialect: Dialect): Promise<Json>;
}

/** Where the answers of ask() come from. */
export interface HumanAnswers {
  ask(question: Question): Promise<string>;
}

export interface ScriptHostParts {
  steps: StepAnswers;
  human: HumanAnswers;
  journal: Journal;
  census: Census;
  /** Deepest allowed `depth`. */
  nesting: number;
  runChild: (ref: WorkflowRef, args: Json | undefined, place: { scope: string; depth: number }) => Promise<Json>;
}

export function createScriptHost(place: ScriptPlace, parts: ScriptHostParts): Host {
  const { steps, human, journal, census } = parts;
  const keys = createStepKeys(place.scope);

  return {
    agent: (request: AgentRequest, handling: AgentHandling) =>
      steps.run(keys.next(request), request, handling, place.dialect),
    tool: (name) => Promise.reject(new OdwError("denied", `tools.${name}() is not permitted`)),
    replan: () => Promise.reject(new OdwError("denied", "replan() is not permitted")),
    ask: (asked) => human.ask({ key: keys.nextQuestion(asked), ...asked }),
    workflow(ref, args) {
      if (place.depth >= parts.nesting) return Promise.reject(tooDeep(parts.nesting));
      const scope = `${place.scope}/${keys.nextScope({ ...ref, args: args ?? null })}`;
      return parts.runChild(ref, args, { scope, depth: place.depth + 1 });
    },
    checkpoint: (key, value) => journal.note({ type: "checkpoint_saved", key, value }),
    phase: (title) => journal.note({ type: "phase_started", title }),
    log: (level, message) => journal.note({ type: "log_written", level, message }),
    failure: (failure) => journal.note({ type: "failure_recorded", failure }),
    budget: () => ({ spentTokens: census.spentTokens(), spentCostUsd: census.spentCostUsd() }),
  };
}

function tooDeep(nesting: number): OdwError {
  const levels = nesting === 1 ? "one level" : `${nesting} levels`;
  return new OdwError(
    "usage",
    `workflow() cannot be called from within a child workflow: nesting is limited to ${levels} (setting script.nesting)`,
  );
}
