// Opens the planner.
import type { AgentRunner } from "../agent.ts";
import type { Settings } from "../config.ts";
import type { Planner } from "../planner.ts";
import type { Programs } from "../programs.ts";
import type { Provider } from "../provider.ts";
import type { Sandbox } from "../sandbox.ts";
import type { Tools } from "../tool.ts";

export interface PlannerParts {
  settings: Settings;
  provider: Provider;
  sandbox: Sandbox;
  runner: AgentRunner;
  tools: Tools;
  programs: Programs;
  /** The library that comes with odw: where the topologies are. */
  builtIn: readonly { name: string; text: string }[];
}

/** Loads its parts when they are asked for: most commands plan nothing. */
export function openPlanner(parts: PlannerParts): Planner {
  return {
    async plan(request, signal) {
      const { makePlan } = await import("./plan.ts");
      return await makePlan(request, { ...parts, signal });
    },
    async check(source, options) {
      const { checkScript } = await import("./check.ts");
      return await checkScript(source, options, parts);
    },
    async subScript(request, signal) {
      const { writeSubScript } = await import("./sub_script.ts");
      return await writeSubScript(request, { ...parts, signal });
    },
  };
}
