// One call of a tool: whatever happens becomes a result.
import type { Grants } from "../config.ts";
import { OdwError } from "../errors.ts";
import { isJsonObject, type Json } from "../json.ts";
import type { Tool, ToolContext, ToolResult } from "../tool.ts";
import type { McpTools } from "./offer.ts";
import { denialOf } from "./tool_access.ts";
import { ToolError } from "./tool_error.ts";

export interface CallParts {
  input: Json;
  context: ToolContext;
  builtIn: Map<string, Tool>;
  mcp: McpTools;
  grants: Grants;
  /** Names of the MCP servers that are used freely, as their tools begin. */
  freeServers: string[];
}

/** See Tools.call. */
export async function callTool(name: string, parts: CallParts): Promise<ToolResult> {
  const { input, grants } = parts;
  const context = permittedOnce(parts.context);
  context.signal.throwIfAborted();
  try {
    const tool = parts.builtIn.get(name) ?? await mcpTool(name, parts);
    if (!isJsonObject(input)) {
      throw new ToolError(
        "usage",
        `The arguments of ${name} must be a JSON object, found ${JSON.stringify(input).slice(0, 80)}`,
      );
    }
    const denial = denialOf(tool, grants);
    if (denial !== null) throw new ToolError("denied", `${denial}. Do not try again; go on without ${name}`);
    if (tool.access === "mcp") await permitMcp(tool, { ...parts, context });
    return { ...await tool.call(input, context), isError: false };
  } catch (thrown) {
    // A tool that was stopped may throw anything.
    context.signal.throwIfAborted();
    return failure(name, thrown);
  }
}

async function mcpTool(name: string, { builtIn, mcp, context }: CallParts): Promise<Tool> {
  const isOfServer = mcp.names().some((all) => name.startsWith(all.replace(/\*$/, "")));
  const { tools, warnings } = isOfServer ? await mcp.offer(context.signal) : { tools: [], warnings: [] };
  const tool = tools.find((candidate) => candidate.name === name);
  if (tool) return tool;
  const known = [...builtIn.keys(), ...tools.map((other) => other.name), ...(isOfServer ? [] : mcp.names())].join(", ");
  throw new ToolError("usage", [`There is no tool ${name}; known tools: ${known}`, ...warnings].join("; "));
}

/** A server that the user named for this run is used freely; another one is asked for. */
async function permitMcp({ name }: Tool, { input, context, freeServers }: CallParts): Promise<void> {
  const server = name.slice(0, name.indexOf("__"));
  if (!freeServers.includes(server)) {
    const detail = `${name} ${JSON.stringify(input, null, 2)}`;
    const request = { tool: name, access: "mcp", action: `call ${name}`, detail, scope: `mcp ${server}` } as const;
    if (!await context.approve(request)) {
      throw new ToolError("denied", `The user did not approve ${name}, or nobody is there to ask: do not try again`);
    }
  }
  await context.onPermitted?.();
}

/** The journal notes once that a call may change something. */
function permittedOnce(context: ToolContext): ToolContext {
  const { onPermitted } = context;
  if (!onPermitted) return context;
  let told: Promise<void> | undefined;
  return { ...context, onPermitted: () => told ??= onPermitted.call(context) };
}

function failure(name: string, thrown: unknown): ToolResult {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  if (thrown instanceof ToolError) return { content: message, isError: true, code: thrown.code };
  if (thrown instanceof OdwError && thrown.code === "denied") {
    return { content: message, isError: true, code: "denied" };
  }
  if (thrown instanceof Deno.errors.NotCapable) {
    const content = `${name} needs a permission that this run does not have (${message}): do not try again`;
    return { content, isError: true, code: "denied" };
  }
  if (thrown instanceof OdwError && thrown.code === "usage") return { content: message, isError: true, code: "usage" };
  return { content: `${name} failed: ${message}`, isError: true, code: "tool_failed" };
}
