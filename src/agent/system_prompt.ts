// The system prompt of one agent: the stable part first, so that a provider's prompt cache can hold it.
import type { AgentCall } from "../agent.ts";

const RETURN_VALUE =
  "You are an agent in a workflow that a program runs. The text of your final message is the return " +
  "value of your call, and the program uses it exactly as it stands: give the result itself, complete, without a " +
  "greeting, an introduction, a closing remark or a question back.";

const SCHEMA =
  "The result is one JSON value that satisfies the schema given for this call: nothing before it, nothing " +
  "after it, no code fence.";

/** What every agent is told, then its role, its definition's text and the request's own, in this order, with an empty line between. */
export function systemPrompt({ request, definition, schema }: AgentCall): string {
  const parts = [schema ? `${RETURN_VALUE}\n${SCHEMA}` : RETURN_VALUE];
  if (request.role) parts.push(`Your role: ${request.role}`);
  if (definition?.system) parts.push(definition.system);
  if (request.system) parts.push(request.system);
  return parts.join("\n\n");
}
