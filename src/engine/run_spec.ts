// What a run is started with, and what a resume changes of it.
import type { Settings } from "../config.ts";
import type { ResumeRequest, StartRequest } from "../engine.ts";
import type { RunSpec, SpecChanges } from "../run.ts";
import type { ParsedScript } from "../sandbox.ts";
import { changedLimits, resolveLimits } from "./preflight.ts";

export function specOf(request: StartRequest, script: ParsedScript, settings: Settings): RunSpec {
  const stem = script.file.replace(/^(.*[/\\]|built-in:)/, "").replace(/\.(js|mjs)$/, "");
  return {
    name: script.meta?.name ?? stem,
    dialect: script.dialect,
    script: script.text,
    scriptPath: script.file,
    args: request.args ?? null,
    hasArgs: request.args !== undefined,
    cwd: settings.cwd,
    // Written down as it is now, so that a resume does not change models with the configuration.
    model: request.model ?? settings.models["default"] ?? null,
    limits: resolveLimits(script, request.limits ?? {}, settings.limits),
    clock: request.clock ?? settings.script.clock,
    ...(request.estimate ? { estimate: request.estimate } : {}),
  };
}

/** Only what was given anew. */
export function changesOf({ args, script, model, limits }: ResumeRequest, spec: RunSpec): SpecChanges {
  return {
    ...(args === undefined ? {} : { args, hasArgs: true }),
    ...(script ? { script: script.text, scriptPath: script.file } : {}),
    ...(model === undefined ? {} : { model }),
    ...(limits && Object.keys(limits).length > 0 ? { limits: changedLimits(spec.limits, limits) } : {}),
  };
}
