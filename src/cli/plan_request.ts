// What the command line says about planning, as the engine takes it.
import type { Settings } from "../config.ts";
import type { PlanRequest, Topology } from "../planner.ts";
import type { Invocation } from "./command.ts";
import { limitsOf } from "./run_options.ts";

export function planRequest(task: string, { options }: Invocation, settings: Settings): PlanRequest {
  return {
    task,
    planner: (options.planner as PlanRequest["planner"] | undefined) ?? "auto",
    allowContents: options.allowContents === true,
    limits: { ...settings.limits, ...limitsOf(options) },
    ...(typeof options.topology === "string" ? { topology: options.topology as Topology } : {}),
  };
}
