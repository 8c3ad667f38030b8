// Checks a request before anything starts, and resolves it to a call that is JSON only.
import type { AgentCall, AgentDefinition, AgentHandling, AgentRequest } from "../agent.ts";
import type { Provider } from "../provider.ts";
import type { Dialect } from "../run.ts";
import type { DefinitionEntry } from "./definition_file.ts";
import { findDefinition } from "./definitions.ts";
import { requestedSchema } from "./requested_schema.ts";
import type { SchemaCache } from "./schema_cache.ts";
import type { ToolOffers } from "./tool_offers.ts";
import { selectTools } from "./tool_selection.ts";

export interface PrepareContext {
  run: { dialect: Dialect; model: string | null };
  provider: Provider;
  schemas: SchemaCache;
  offers: ToolOffers;
  definitions: () => Promise<DefinitionEntry[]>;
}

/** See AgentRunner.prepare. The model: the request's, else the definition's, else the run's, else the configured default. */
export async function prepareCall(
  request: AgentRequest,
  handling: AgentHandling,
  context: PrepareContext,
): Promise<AgentCall> {
  const { run, provider, schemas, offers } = context;
  const definition = request.agentType === undefined
    ? undefined
    : findDefinition(request.agentType, await context.definitions());
  const route = provider.route(modelOf(request, definition, run.model));
  const call: AgentCall = { request, handling, route, tools: [], warnings: [] };
  if (definition) call.definition = definition;
  if (request.schema !== undefined) {
    call.schema = requestedSchema(request.schema, run.dialect);
    await schemas.check(call.schema);
  }
  const { tools, warnings } = await selectTools(request, { definition, dialect: run.dialect, offers });
  if (route.tools !== false || tools.length === 0) return { ...call, tools, warnings };
  return {
    ...call,
    warnings: [...warnings, `Agents on ${route.provider}:* get no tools: the coding agent lends its model without`],
  };
}

/** `inherit` is the field's word for "the model of whoever calls". */
function modelOf(
  request: AgentRequest,
  definition: AgentDefinition | undefined,
  runModel: string | null,
): string | undefined {
  if (request.model !== undefined && request.model !== "inherit") return request.model;
  return definition?.model ?? runModel ?? undefined;
}
