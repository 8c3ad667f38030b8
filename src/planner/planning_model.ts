// The model that plans: one question, one answer, through the same runner as every agent.
import type { AgentRunner } from "../agent.ts";
import { type ErrorCode, OdwError } from "../errors.ts";
import type { Json, JsonSchema } from "../json.ts";
import type { Provider } from "../provider.ts";
import type { Settings } from "../config.ts";

export interface PlanningModel {
  /** `provider/model`. */
  name: string;
  /** Runs on the user's own machine: small, as a rule. */
  isLocal: boolean;
  /** The answer as text, or as an object of the schema. Throws OdwError with what came instead. */
  ask(question: { prompt: string; system: string; schema?: JsonSchema }): Promise<Json>;
}

/** Answers that would not be there on another day or with another key: a plan goes on without the model. */
const UNREACHABLE: ReadonlySet<ErrorCode> = new Set([
  ...[
    "config",
    "authentication",
    "rate_limit",
    "quota_exhausted",
    "service_unavailable",
    "stalled",
    "timeout",
  ] as const,
  ...["bad_request"] as const,
]);

export function isUnreachable(error: unknown): boolean {
  return error instanceof OdwError && UNREACHABLE.has(error.code);
}

/** null: there is no model but the simulated one. Throws OdwError `config` where the named one leads nowhere. */
export function findPlanningModel(
  { settings, provider, runner }: { settings: Settings; provider: Provider; runner: AgentRunner },
  signal: AbortSignal,
): PlanningModel | null {
  if (settings.simulated) return null;
  const route = provider.route("planning");
  if (route.provider === "sim") return null;
  return {
    name: `${route.provider}/${route.modelId}`,
    isLocal: settings.providers.some(({ name, local }) => name === route.provider && local),
    async ask({ prompt, system, schema }) {
      const request = { prompt, system, model: "planning", tools: [], ...(schema ? { schema } : {}) };
      const call = await runner.prepare(request, { label: "planner" }, { dialect: "meta", model: null });
      const result = await runner.run(call, { signal });
      if (result.status === "completed") return result.value;
      const { code, message } = result.error;
      throw new OdwError(code ?? "bad_response", message);
    },
  };
}
