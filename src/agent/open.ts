// Opens the agent runner: one provider, one set of settings, and the caches that live as long as the runner.
import type { AgentRunner } from "../agent.ts";
import type { Settings } from "../config.ts";
import type { Provider } from "../provider.ts";
import type { Tools } from "../tool.ts";
import type { DefinitionEntry } from "./definition_file.ts";
import { readDefinitions, usableDefinitions } from "./definitions.ts";
import { prepareCall } from "./prepare.ts";
import { runCall, type RunContext } from "./run_call.ts";
import { SchemaCache } from "./schema_cache.ts";
import { sleep } from "./sleep.ts";
import { SystemPrompts } from "./system_prompt.ts";
import { ToolOffers } from "./tool_offers.ts";

export interface AgentRunnerOptions {
  provider: Provider;
  tools: Tools;
  settings: Settings;
  /** Settles after `ms`, or rejects with the signal's reason. */
  sleep?: (ms: number, signal: AbortSignal) => Promise<void>;
  /** From 0 to below 1: the jitter of waits. */
  random?: () => number;
  /** Milliseconds of a clock: measures `timeoutMs`. */
  now?: () => number;
}

/** The runner behind every agent() call. Definitions are read once, when an agentType is first asked for. */
export function openAgentRunner(options: AgentRunnerOptions): AgentRunner {
  const { provider, settings } = options;
  const schemas = new SchemaCache();
  let entries: Promise<DefinitionEntry[]> | undefined;
  const definitions = () => entries ??= readDefinitions(settings);
  const time = {
    sleep: options.sleep ?? sleep,
    random: options.random ?? Math.random,
    now: options.now ?? (() => performance.now()),
  };
  const offers = new ToolOffers(options.tools, time.now);
  const shared = { provider, schemas, offers };
  const context: RunContext = {
    ...{ ...shared, ...time, settings: settings.agent },
    prompts: new SystemPrompts(),
    toolCounts: new WeakMap(),
  };
  return {
    prepare: (request, handling, run) => prepareCall(request, handling, { run, definitions, ...shared }),
    run: (call, runOptions) => runCall(call, runOptions, context),
    definitions: async () => usableDefinitions(await definitions()),
  };
}
