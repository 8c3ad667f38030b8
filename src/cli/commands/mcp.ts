// odw mcp: the MCP server of a coding agent, over this process's stdin and stdout.
import { join } from "node:path";
import type { McpParts, McpPlace } from "../../mcp.ts";
import { isHostModel, SAMPLING_VARIABLE, samplingText } from "../../sampling.ts";
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
  const connect = async (place: McpPlace) => {
    const connection = await open(place);
    home = connection.settings.home;
    return connection;
  };
  return {
    version: world.version,
    approveInChat: invocation.options.approveInChat === true,
    engine: async (place) => (await connect(place)).engine,
    warnings: async (place) => warningsOf(await connect(place), place),
    launch(runId, { cwd, model, sampling }) {
      const words = [...cwd === undefined ? [] : ["--cwd", cwd], ...model === undefined ? [] : ["--model", model]];
      // Not by words, which every user of the machine can read. What this process inherited is not the run's.
      const variables = { [SAMPLING_VARIABLE]: sampling ? samplingText(sampling) : "" };
      return Promise.resolve(
        world.spawnDetached(["resume", runId, "--quiet", "--on-ask", "wait", ...words], variables),
      );
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

/** One engine for each folder and way to the host's model, started when it is first needed. */
function connector(invocation: Invocation, world: World): (place: McpPlace) => Promise<Connection> {
  const connections = new Map<string, Promise<Connection>>();
  return async ({ cwd: wanted, sampling }) => {
    const options = await settingsOptions(invocation, world);
    const cwd = options.cwd ?? wanted ?? world.cwd;
    const key = JSON.stringify([cwd, sampling]);
    const found = connections.get(key);
    if (found) return await found;
    const connection = world.connect(commandNeed(invocation), { cwd, sampling });
    connections.set(key, connection);
    // A workspace that could not be opened may be one that can later.
    connection.catch(() => connections.delete(key));
    return await connection;
  };
}

function warningsOf(connection: Connection, { sampling, model }: McpPlace & { model: string | null }): string[] {
  const { settings } = connection;
  if (model !== null && isHostModel(model)) return connection.warnings;
  const notices = noticesOf(connection);
  if (!sampling || !settings.simulated) return notices;
  return [...notices, 'this host lends its own model: start with model "host:default" for real answers without a key'];
}
