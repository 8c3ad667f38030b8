// Runs the scripts of one run: its own and those that workflow(), plan() and replan() call, each in a realm of its own.
import type { Settings } from "../config.ts";
import type { Json } from "../json.ts";
import type { RunSpec } from "../run.ts";
import type { ExecuteOptions, ParsedScript, Sandbox } from "../sandbox.ts";
import type { RealmId, Retelling } from "./retelling.ts";
import type { Telling } from "./telling.ts";
import { type ChildPlace, createScriptHost, type ScriptHostParts } from "./script_host.ts";

export interface ScriptRunnerParts
  extends Pick<ScriptHostParts, "steps" | "human" | "tools" | "plans" | "journal" | "census"> {
  runId: string;
  spec: RunSpec;
  /** Start of the run's clock in milliseconds since the epoch, the same in every part of a resumed run. */
  clockStartMs: number;
  settings: Settings;
  sandbox: Sandbox;
  findWorkflow: ScriptHostParts["findChild"];
  signal: AbortSignal;
  /** Of a run that records; absent in a replay. */
  telling?: Telling;
  /** Of a run with recorded answers. */
  retelling?: Retelling | undefined;
}

/** Gives the script's result; rejects as Sandbox.execute does. */
export function runScript(script: ParsedScript, parts: ScriptRunnerParts): Promise<Json> {
  const args = parts.spec.hasArgs ? parts.spec.args : undefined;
  return execute(script, { args, scope: "", depth: 0, isPlanned: false, caller: null }, parts);
}

interface Given extends ChildPlace {
  args: Json | undefined;
  /** null: the run itself. */
  caller: RealmId | null;
}

/** Each execution is a realm of its own. */
let lastRealm: RealmId = 0;

function execute(script: ParsedScript, given: Given, parts: ScriptRunnerParts): Promise<Json> {
  const { args, caller, ...place } = given;
  const { retelling } = parts;
  const realm = ++lastRealm;
  const file = place.scope === "" ? null : script.file;
  const host = createScriptHost({ ...place, dialect: script.dialect, file, realm }, {
    ...parts,
    nesting: parts.settings.script.nesting,
    findChild: parts.findWorkflow,
    runChild: (child, childArgs, childPlace) =>
      execute(child, { args: childArgs, caller: realm, ...childPlace }, parts),
  });
  retelling?.started(realm);
  return parts.sandbox.execute(script, host, executeOptions(script, args, parts))
    .finally(() => retelling?.ended(realm, caller));
}

function executeOptions(script: ParsedScript, args: Json | undefined, parts: ScriptRunnerParts): ExecuteOptions {
  const { spec, settings, clockStartMs, runId, signal } = parts;
  const isSeeded = script.dialect === "execute" || spec.clock === "seeded";
  return {
    ...(args === undefined ? {} : { args }),
    limits: settings.script.limits,
    clock: isSeeded ? { mode: "seeded", startMs: clockStartMs, seed: seedOf(runId) } : { mode: "forbidden" },
    pipelineNull: settings.script.pipelineNull,
    budget: {
      totalTokens: spec.limits.tokens,
      totalCostUsd: spec.limits.costUsd,
      earlierTokens: parts.census.earlierTokens,
    },
    signal,
  };
}

/** The same run draws the same random numbers in every part (FNV-1a of its id). */
function seedOf(runId: string): number {
  let seed = 2166136261;
  for (const char of runId) seed = Math.imul(seed ^ char.charCodeAt(0), 16777619);
  return seed >>> 0;
}
