// Names of MCP tools as every provider accepts them: letters, digits, `_` and `-`, at most 64.

const LONGEST_SERVER = 30;
const LONGEST = 64;

/** The part before `__` in the names of a server's tools: it holds no `__` itself. */
export function mcpServerName(configured: string): string {
  const name = configured.replace(/[^a-zA-Z0-9_-]/g, "_").replace(/__+/g, "_").replace(/^_+|_+$/g, "");
  return name.slice(0, LONGEST_SERVER).replace(/_+$/, "") || "server";
}

/** Two servers whose names come out alike are told apart by a number, in the order of the configuration. */
export function mcpServerNames(configured: string[]): Map<string, string> {
  const names = new Map<string, string>();
  const taken = new Set<string>();
  for (const each of configured) names.set(each, free(mcpServerName(each), { taken, longest: LONGEST_SERVER + 4 }));
  return names;
}

/** `server__tool`; adds it to `taken`. */
export function mcpToolName(server: string, tool: string, taken: Set<string>): string {
  return free(`${server}__${tool.replace(/[^a-zA-Z0-9_-]/g, "_")}`, { taken, longest: LONGEST });
}

function free(wanted: string, { taken, longest }: { taken: Set<string>; longest: number }): string {
  let name = wanted.slice(0, longest);
  for (let number = 2; taken.has(name); number++) name = `${wanted.slice(0, longest - `_${number}`.length)}_${number}`;
  taken.add(name);
  return name;
}
