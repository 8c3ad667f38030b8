// Serves MCP: over stdio for hosts that start odw, over HTTP behind odw serve.
import { createMcpHandler, type ServerContext } from "@modelcontextprotocol/server";
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import type { McpParts } from "../mcp.ts";
import { createMcpServer } from "./server.ts";
import { workspaceOf } from "./workspace.ts";

/** Settles when the host closes its end. */
export async function serveMcpStdio(parts: McpParts): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const { stdin } = await import("node:process");
  stdin.once("close", resolve);
  stdin.once("end", resolve);
  let server: ReturnType<typeof createMcpServer> | null = null;
  const cwdOf = (context: ServerContext) => workspaceOf(server, context);
  const handle = serveStdio(() => {
    server = createMcpServer({ ...parts, cwdOf });
    return server;
  });
  await promise;
  await handle.close();
}

/** For `/mcp`: each request by itself; the caller has checked the token. */
export function mcpOverHttp(parts: McpParts): (request: Request) => Promise<Response> {
  const handler = createMcpHandler(() => createMcpServer({ ...parts, cwdOf: () => Promise.resolve(undefined) }));
  return (request) => handler.fetch(request);
}
