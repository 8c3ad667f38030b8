// Checks a request before anything starts, and resolves it to a call that is JSON only.
import type { AgentCall, AgentDefinition, AgentHandling, AgentRequest } from "../agent.ts";
import { OdwError } from "../errors.ts";
import type { Provider } from "../provider.ts";
import type { Dialect } from "../run.ts";
import type { DefinitionEntry } from "./definition_file.ts";
import { findDefinition } from "./definitions.ts";
import { requestedSchema } from "./requested_schema.ts";
import type { SchemaCache } from "./schema_cache.ts";

export interface PrepareContext {
  run: { dialect: Dialect; model: string | null };
  provider: Provider;
  schemas: SchemaCache;
  definitions: () => Promise<DefinitionEntry[]>;
}

/** See AgentRunner.prepare. The model: the request's, else the definition's, else the run's, else the configured default. */
export async function prepareCall(
  request: AgentRequest,
  handling: AgentHandling,
  context: PrepareContext,
): Promise<AgentCall> {
  const { run, provider, schemas } = context;
  if (run.dialect === "execute") refuseUnknownTools(request.tools ?? []);
  if (request.isolation) refuseIsolation();
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
  return call;
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

/** Agents call no tools, so every name is unknown. */
function refuseUnknownTools(names: string[]): void {
  if (names.length === 0) return;
  throw new OdwError("not_found", `Unknown tools: ${names.join(", ")}; known tools: none. Leave \`tools\` out`);
}

/** A call that asks to be isolated never runs as if it had not: without tools that write there is nothing a worktree could hold. */
function refuseIsolation(): never {
  throw new OdwError(
    "denied",
    "isolation: 'worktree' cannot be given: agents have no tools that write files, so a worktree would stay as it is. " +
      "Leave isolation out",
  );
}
