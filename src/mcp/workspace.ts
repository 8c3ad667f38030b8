// Which folder a host works in: the first of its roots, where it tells them.
import type { McpServer, ServerContext } from "@modelcontextprotocol/server";
import { fileURLToPath } from "node:url";

const ROOTS_TIMEOUT_MS = 2_000;

/** undefined: the folder that odw was started in. The 2026 protocol has no way to ask; there the host's working folder counts. */
export async function workspaceOf(server: McpServer | null, _context: ServerContext): Promise<string | undefined> {
  if (!server?.server.getClientCapabilities()?.roots) return undefined;
  try {
    const { roots } = await server.server.listRoots(undefined, { timeout: ROOTS_TIMEOUT_MS });
    const found = roots.find(({ uri }) => uri.startsWith("file:"));
    return found ? fileURLToPath(found.uri) : undefined;
  } catch {
    return undefined;
  }
}
