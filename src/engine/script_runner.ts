// Runs the scripts of one run: its own and those that workflow() calls, each in a realm of its own.
import type { Settings } from "../config.ts";
import type { Json } from "../json.ts";
import type { RunSpec } from "../run.ts";
import type { ExecuteOptions, ParsedScript, Sandbox } from "../sandbox.ts";
import type { Census } from "./census.ts";
import type { Journal } from "./journal.ts";
import { createScriptHost, type HumanAnswers, type ScriptPlace, type StepAnswers } from "./script_host.ts";
import type { WorkflowRef } from "./workflow_lookup.ts";

export interface ScriptRunnerParts {
  runId: string;
  spec: RunSpec;
  /** Start of the run's clock in milliseconds since the epoch, the same in every part of a resumed run. */
  clockStartMs: number;
  settings: Settings;
  sandbox: Sandbox;
  steps: StepAnswers;
  human: HumanAnswers;
  journal: Journal;
  census: Census;
  findWorkflow: (ref: WorkflowRef) => Promise<ParsedScript>;
  signal: AbortSignal;
}

/** Gives the script's result; rejects as Sandbox.execute does. */
export function runScript(script: ParsedScript, parts: ScriptRunnerParts): Promise<Json> {
  const args = parts.spec.hasArgs ? parts.spec.args : undefined;
  return execute(script, { args, scope: "", depth: 0 }, parts);
}

interface Given {
  args: Json | undefined;
  scope: string;
  depth: number;
}

function execute(script: ParsedScript, given: Given, parts: ScriptRunnerParts): Promise<Json> {
  const place: ScriptPlace = { dialect: script.dialect, scope: given.scope, depth: given.depth };
  const host = createScriptHost(place, {
    steps: parts.steps,
    human: parts.human,
    journal: parts.journal,
    census: parts.census,
    nesting: parts.settings.script.nesting,
    runChild: async (ref, args, child) => await execute(await parts.findWorkflow(ref), { args, ...child }, parts),
  });
  return parts.sandbox.execute(script, host, executeOptions(script, given.args, parts));
}

function executeOptions(script: ParsedScript, args: Json | undefined, parts: ScriptRunnerParts): ExecuteOptions {
  const { spec, settings, clockStartMs, runId, signal } = parts;
  const isSeeded = script.dialect === "execute" || spec.clock === "seeded";
  return {
    ...(args === undefined ? {} : { args }),
    limits: settings.script.limits,
    clock: isSeeded ? { mode: "seeded", startMs: clockStartMs, seed: seedOf(runId) } : { mode: "forbidden" },
    pipelineNull: settings.script.pipelineNull,
    budget: { totalTokens: spec.limits.tokens, totalCostUsd: spec.limits.costUsd },
    signal,
  };
}

/** The same run draws the same random numbers in every part (FNV-1a of its id). */
function seedOf(runId: string): number {
  let seed = 2166136261;
  for (const char of runId) seed = Math.imul(seed ^ char.charCodeAt(0), 16777619);
  return seed >>> 0;
}
