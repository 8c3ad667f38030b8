// Serves MCP: over stdio for hosts that start odw, over HTTP behind odw serve.
import { createMcpHandler, type Transport } from "@modelcontextprotocol/server";
import { serveStdio, StdioServerTransport } from "@modelcontextprotocol/server/stdio";
import type { McpParts } from "../mcp.ts";
import { HostModel } from "./host_model.ts";
import { createMcpServer } from "./server.ts";

export interface StdioOptions {
  /** Default: this process's stdin and stdout. */
  transport?: Transport;
  /** Between two progress notifications; hosts want one every 5 to 10 s. */
  progressEveryMs?: number;
}

/** Settles when the host closes its end. */
export async function serveMcpStdio(parts: McpParts, options: StdioOptions = {}): Promise<void> {
  const { transport = new StdioServerTransport(), progressEveryMs } = options;
  const { promise, resolve } = Promise.withResolvers<void>();
  const kept = new Set<Promise<unknown>>();
  const keep = <T>(work: Promise<T>): Promise<T> => {
    kept.add(work);
    return work.finally(() => kept.delete(work));
  };
  const hostModel = new HostModel();
  const serverOptions = {
    followsRoots: true,
    keep,
    hostModel,
    ...(progressEveryMs === undefined ? {} : { progressEveryMs }),
  };
  const handle = serveStdio(() => createMcpServer(parts, serverOptions), { transport });
  const onclose = transport.onclose;
  transport.onclose = () => {
    onclose?.();
    resolve();
  };
  await promise;
  await hostModel.close();
  await Promise.allSettled(kept);
  await handle.close();
}

/** For `/mcp`: each request by itself; the caller has checked the token. Its workspace is the server's own. */
export function mcpOverHttp(parts: McpParts): (request: Request) => Promise<Response> {
  const handler = createMcpHandler(() => createMcpServer(parts, { followsRoots: false, hostModel: null }));
  return (request) => handler.fetch(request);
}
