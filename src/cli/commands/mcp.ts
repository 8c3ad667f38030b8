// odw mcp: the MCP server of a coding agent, over this process's stdin and stdout.
import { join } from "node:path";
import type { Engine } from "../../engine.ts";
import type { CommandContext, Invocation } from "../command.ts";
import { EXIT } from "../exit_codes.ts";
import { commandNeed } from "../target.ts";
import type { Connection } from "../world.ts";

export async function execute(invocation: Invocation, { world, printer }: CommandContext): Promise<number> {
  const { serveMcpStdio } = await world.mcp();
  const connections = new Map<string, Promise<Connection>>();
  const connect = (cwd: string): Promise<Connection> => {
    const found = connections.get(cwd);
    if (found) return found;
    const connection = world.connect(commandNeed(invocation), { cwd });
    connections.set(cwd, connection);
    // A workspace that could not be opened may be one that can later.
    connection.catch(() => connections.delete(cwd));
    return connection;
  };
  const engine = async (cwd = world.cwd): Promise<Engine> => (await connect(cwd)).engine;
  const stopListening = world.onInterrupt(() => world.exit(EXIT.ok));
  try {
    await serveMcpStdio({
      version: world.version,
      engine,
      launch: (runId) => Promise.resolve(world.spawnDetached(["resume", runId, "--quiet", "--on-ask", "wait"])),
      reports: async () => (await world.reports()).reports,
      async saveResult(runId, text) {
        const [connection] = await Promise.all(connections.values());
        const path = join(connection!.settings.home, "results", `${runId}.txt`);
        await world.writeFile(path, text);
        return path;
      },
    });
  } catch (error) {
    await printer.error(`the MCP server ended: ${error instanceof Error ? error.message : String(error)}`);
    return EXIT.failed;
  } finally {
    stopListening();
  }
  return EXIT.ok;
}
