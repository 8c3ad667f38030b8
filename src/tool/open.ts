// Opens the tools of one engine.
import type { Settings } from "../config.ts";
import type { Programs } from "../programs.ts";
import type { Tool, Tools } from "../tool.ts";
import { applyPatchTool } from "./apply_patch.ts";
import { callTool } from "./call_tool.ts";
import { editFileTool } from "./edit_file.ts";
import { gitTool } from "./git.ts";
import { globTool } from "./glob.ts";
import { grepTool } from "./grep.ts";
import { listFilesTool } from "./list_files.ts";
import { mcpServerNames } from "./mcp_names.ts";
import { openMcpTools } from "./mcp_tools.ts";
import { offeredTools } from "./offer.ts";
import { PathLocks } from "./path_locks.ts";
import { readFileTool } from "./read_file.ts";
import { runCommandTool } from "./run_command.ts";
import { BUILT_IN_NAMES, namedTool } from "./tool_names.ts";
import { webFetchTool } from "./web_fetch.ts";
import { webSearchTool } from "./web_search.ts";
import { writeFileTool } from "./write_file.ts";

interface ToolParts {
  settings: Settings;
  programs: Programs;
}

/** Starts nothing: MCP servers are started by the first offer or call that needs them. */
export function openTools(parts: ToolParts): Tools {
  const { grants } = parts.settings;
  const builtIn = builtInTools(parts);
  const mcp = openMcpTools(parts);
  const { servers, freeServers } = serverNames(parts.settings);
  return {
    offer: (selection, signal) => offeredTools(selection, { builtIn, mcp, grants, servers, signal }),
    canonicalName: (name) => canonicalName(name, servers),
    names: () => [...builtIn.keys(), ...mcp.names()],
    call: (name, input, context) =>
      callTool(canonicalName(name, servers) ?? name, { input, context, builtIn, mcp, grants, freeServers }),
    [Symbol.asyncDispose]: () => mcp[Symbol.asyncDispose](),
  };
}

/** By name, in the order in which they are offered. */
function builtInTools({ settings, programs }: ToolParts): Map<string, Tool> {
  const { home } = settings;
  const writing = { settings, locks: new PathLocks() };
  const tools = [
    readFileTool({ home }),
    listFilesTool({ home }),
    globTool({ home }),
    grepTool({ home }),
    writeFileTool(writing),
    editFileTool(writing),
    applyPatchTool(writing),
    runCommandTool({ settings, programs }),
    gitTool({ settings, programs }),
    webFetchTool({ settings, programs }),
    webSearchTool({ settings, programs }),
  ].filter((tool) => tool !== null);
  const rank = ({ name }: Tool) => BUILT_IN_NAMES.indexOf(name);
  return new Map(tools.sort((a, b) => rank(a) - rank(b)).map((tool) => [tool.name, tool]));
}

function canonicalName(written: string, servers: string[]): string | undefined {
  const named = namedTool(written, servers);
  if (named.kind === "mcp-server") return `${named.server}__*`;
  return named.kind === "built-in" || named.kind === "mcp" ? named.name : undefined;
}

/** Of the MCP servers, as their tools begin. `freeServers`: those that are used without a question. */
function serverNames({ mcpServers, grants }: Settings): { servers: string[]; freeServers: string[] } {
  const names = [...mcpServerNames(Object.keys(mcpServers))];
  const isFree = (configured: string) => grants.mcp.includes("*") || grants.mcp.includes(configured);
  return {
    servers: names.map(([, name]) => name),
    freeServers: names.filter(([configured]) => isFree(configured)).map(([, name]) => name),
  };
}
