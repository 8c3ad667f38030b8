// What the grants of a run say about a whole tool; the tools themselves check each call.
import type { Grants } from "../config.ts";
import type { Tool } from "../tool.ts";

/** Tools that work without a grant, whatever their access: git's reading subset, and the search that the user configured. */
const FREE = ["git", "web_search"];

/** See ToolInfo.denial. */
export function denialOf({ name, access }: Pick<Tool, "name" | "access">, grants: Grants): string | null {
  if (access === "read" || FREE.includes(name)) return null;
  if (grants[access].length > 0 || grants.approve.includes(access)) return null;
  return `${WHAT[access]} is not permitted in this run: only the user can allow it, with --allow-${access}`;
}

const WHAT = {
  write: "Changing files",
  run: "Running commands",
  web: "Reaching the web",
  mcp: "Using MCP servers",
} as const;
