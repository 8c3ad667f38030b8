// The tools of the configured MCP servers.
import type { Settings } from "../config.ts";
import type { Programs } from "../programs.ts";
import { mcpServerNames } from "./mcp_names.ts";
import { McpServerTools } from "./mcp_server.ts";
import type { McpTools } from "./offer.ts";

/** Starts nothing yet. Servers start side by side, each with its own time limit, and live until the disposal. */
export function openMcpTools({ settings, programs }: { settings: Settings; programs: Programs }): McpTools {
  const shortNames = mcpServerNames(Object.keys(settings.mcpServers));
  const servers = Object.entries(settings.mcpServers).map(([name, server]) =>
    new McpServerTools({ name, shortName: shortNames.get(name)!, server, programs, network: settings.network })
  );
  return {
    async offer(signal) {
      const offers = await Promise.all(servers.map((server) => server.offer(signal)));
      return { tools: offers.flatMap(({ tools }) => tools), warnings: offers.flatMap(({ warnings }) => warnings) };
    },
    names: () => [...shortNames.values()].map((name) => `${name}__*`),
    async [Symbol.asyncDispose]() {
      await Promise.all(servers.map((server) => server[Symbol.asyncDispose]()));
    },
  };
}
