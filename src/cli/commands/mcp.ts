// odw mcp: the MCP server of a coding agent, over this process's stdin and stdout.
import { join } from "node:path";
import type { McpParts } from "../../mcp.ts";
import type { CommandContext, Invocation } from "../command.ts";
import { EXIT } from "../exit_codes.ts";
import { noticesOf } from "../notices.ts";
import { commandNeed, settingsOptions } from "../target.ts";
import type { Connection, World } from "../world.ts";

export async function execute(invocation: Invocation, { world, printer }: CommandContext): Promise<number> {
  const { serveMcpStdio } = await world.mcp();
  const parts = partsOf(invocation, world);
  const stopListening = world.onInterrupt(() => world.exit(EXIT.ok));
  try {
    await serveMcpStdio(parts);
  } catch (error) {
    await printer.error(`the MCP server ended: ${error instanceof Error ? error.message : String(error)}`);
    return EXIT.failed;
  } finally {
    stopListening();
  }
  return EXIT.ok;
}

function partsOf(invocation: Invocation, world: World): McpParts {
  let home = "";
  const open = connector(invocation, world);
  const connect = async (cwd: string | undefined) => {
    const connection = await open(cwd);
    home = connection.settings.home;
    return connection;
  };
  return {
    version: world.version,
    approveInChat: invocation.options.approveInChat === true,
    engine: async (cwd) => (await connect(cwd)).engine,
    warnings: async (cwd) => noticesOf(await connect(cwd)),
    launch(runId, cwd) {
      const place = cwd === undefined ? [] : ["--cwd", cwd];
      return Promise.resolve(world.spawnDetached(["resume", runId, "--quiet", "--on-ask", "wait", ...place]));
    },
    reports: async () => (await world.reports()).reports,
    async saveResult(runId, text) {
      const folder = join(home, "results");
      await world.makeFolder(folder);
      const path = join(folder, `${runId}.txt`);
      await world.writeFile(path, text);
      return path;
    },
  };
}

/** One engine for each folder, started when it is first needed. */
function connector(invocation: Invocation, world: World): (cwd: string | undefined) => Promise<Connection> {
  const connections = new Map<string, Promise<Connection>>();
  return async (wanted) => {
    const options = await settingsOptions(invocation, world);
    const cwd = options.cwd ?? wanted ?? world.cwd;
    const found = connections.get(cwd);
    if (found) return await found;
    const connection = world.connect(commandNeed(invocation), { cwd });
    connections.set(cwd, connection);
    // A workspace that could not be opened may be one that can later.
    connection.catch(() => connections.delete(cwd));
    return await connection;
  };
}
