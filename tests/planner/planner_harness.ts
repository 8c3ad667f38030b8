// A planner over the real sandbox, the real runner and the simulated provider; settings as a test wants them.
import { openAgentRunner } from "../../src/agent/open.ts";
import type { Settings } from "../../src/config.ts";
import type { Json } from "../../src/json.ts";
import { openPlanner } from "../../src/planner/open.ts";
import type { Check } from "../../src/planner.ts";
import { openProvider } from "../../src/provider/open.ts";
import { openSandbox } from "../../src/sandbox/open.ts";
import { builtInWorkflows } from "../../src/workflows.ts";
import { NO_GRANTS, NO_PROGRAMS, NO_TOOLS } from "../no_tools.ts";

export const META = `export const meta = { name: "t", description: "d" };\n`;

export function plannerSettings(changes: Partial<Settings> = {}): Settings {
  return {
    ...{ home: "/nowhere/home", cwd: "/nowhere/work", repositoryRoot: null, userHome: "/nowhere/user" },
    ...{ providers: [], models: {}, routes: [], prices: {}, simulated: true },
    limits: { concurrency: 16, agents: 1000, tokens: null, costUsd: null, timeoutMs: null, hard: false },
    script: {
      ...{ clock: "forbidden", pipelineNull: "end", nesting: 1 },
      limits: { memoryBytes: 256 * 1024 * 1024, stackBytes: 1024 * 1024, sliceMs: 30_000 },
    },
    agent: { schemaAttempts: 5, retries: 0, stallAttempts: 1, stallMs: 0, maxTokens: 8192, warmCache: false },
    ...NO_GRANTS,
    ...changes,
  };
}

export function testPlanner(settings: Settings = plannerSettings()) {
  const provider = openProvider(settings);
  const sandbox = openSandbox();
  const tools = NO_TOOLS;
  const runner = openAgentRunner({ provider, settings, tools });
  return openPlanner({ settings, provider, sandbox, runner, tools, programs: NO_PROGRAMS, builtIn: builtInWorkflows });
}

/** The check of a dialect A body, with meta on the line above. */
export function checkBody(body: string, args?: Json): Promise<Check> {
  return checkText(META + body, args);
}

export function checkText(text: string, args?: Json): Promise<Check> {
  return testPlanner().check({ text, file: "s.js" }, { args, model: undefined, limits: undefined });
}
