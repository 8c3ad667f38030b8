// What a selection of tools gives.
import type { Grants } from "../config.ts";
import type { Tool, ToolInfo, ToolSelection } from "../tool.ts";
import { denialOf } from "./tool_access.ts";
import { type NamedTool, namedTool } from "./tool_names.ts";

/** The tools of the configured MCP servers. */
export interface McpTools extends AsyncDisposable {
  /** Starts the servers that do not run yet. One that does not start is left out, with a warning. */
  offer(signal: AbortSignal): Promise<{ tools: Tool[]; warnings: string[] }>;
  /** `server__*` for each server. */
  names(): string[];
}

export interface OfferParts {
  builtIn: Map<string, Tool>;
  mcp: McpTools;
  grants: Grants;
  /** Names of the MCP servers, as their tools begin. */
  servers: string[];
  signal: AbortSignal;
}

export interface Offer {
  tools: ToolInfo[];
  unknown: string[];
  warnings: string[];
}

/** See Tools.offer. */
export async function offeredTools(selection: ToolSelection, parts: OfferParts): Promise<Offer> {
  const written = selection.tools;
  const named = (names: string[]) => names.map((name) => ({ name, means: namedTool(name, parts.servers) }));
  const wanted = written === undefined ? [{ name: "*", means: { kind: "all" } as NamedTool }] : named(written);
  const unwanted = named(selection.disallowedTools ?? []).map(({ means }) => means);
  const means = wanted.map((each) => each.means);
  const warnings = absentWarning(wanted.filter((each) => each.means.kind === "absent").map(({ name }) => name));
  const unknown = wanted.filter((each) => each.means.kind === "unknown").map(({ name }) => name);

  const builtIn = [...parts.builtIn.values()].filter((tool) =>
    chooses(means, tool, denialOf(tool, parts.grants) === null)
  );
  const left = parts.servers.filter((server) =>
    means.some((name) => concerns(name, server)) && !isWhole(unwanted, server)
  );
  const started = left.length === 0 ? { tools: [], warnings: [] } : await parts.mcp.offer(parts.signal);
  const fromServers = started.tools.filter((tool) => chooses(means, tool, true));
  const missing = means.flatMap((name, index) =>
    isMissing(name, { parts, started: started.tools }) ? [wanted[index]!.name] : []
  );
  return {
    tools: [...builtIn, ...fromServers].filter((tool) => !chooses(unwanted, tool, true)).map((tool) =>
      info(tool, parts.grants)
    ),
    unknown: [...unknown, ...missing],
    warnings: [...warnings, ...started.warnings],
  };
}

/** `isGranted`: what "all" means is decided by the grants. */
function chooses(means: NamedTool[], tool: Tool, isGranted: boolean): boolean {
  return means.some((named) => {
    if (named.kind === "all") return isGranted;
    if (named.kind === "mcp-server") return tool.access === "mcp" && tool.name.startsWith(`${named.server}__`);
    return (named.kind === "built-in" || named.kind === "mcp") && named.name === tool.name;
  });
}

/** The server must be started to know. */
function concerns(named: NamedTool, server: string): boolean {
  if (named.kind === "mcp") return named.name.startsWith(`${server}__`);
  return named.kind === "all" || (named.kind === "mcp-server" && named.server === server);
}

function isWhole(unwanted: NamedTool[], server: string): boolean {
  return unwanted.some((named) => named.kind === "all" || (named.kind === "mcp-server" && named.server === server));
}

/** A tool that its server turned out not to have, or a built-in that is not configured. */
function isMissing(named: NamedTool, { parts, started }: { parts: OfferParts; started: Tool[] }): boolean {
  if (named.kind === "built-in") return !parts.builtIn.has(named.name);
  if (named.kind !== "mcp") return false;
  const isAnswered = started.some(({ name }) => name.split("__")[0] === named.name.split("__")[0]);
  return isAnswered && !started.some(({ name }) => name === named.name);
}

function info(tool: Tool, grants: Grants): ToolInfo {
  const { name, description, schema, access, isConcurrent } = tool;
  return { name, description, schema, access, isConcurrent, denial: denialOf(tool, grants) };
}

function absentWarning(names: string[]): string[] {
  if (names.length === 0) return [];
  return [`tools of another harness without a counterpart here were left out: ${names.join(", ")}`];
}
