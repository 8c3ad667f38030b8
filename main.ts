// odw: reads the command line and the configuration, starts the engine ring with this command's permissions, hands it to a face.
import { runCli } from "./src/cli/cli.ts";
import { denoMachine } from "./src/cli/deno_world.ts";
import { openProcessEnds } from "./src/cli/process_ends.ts";
import type { Connection, Inspection, SettingsOptions } from "./src/cli/world.ts";
import type { Settings } from "./src/config.ts";
import { loadSettings } from "./src/config/load.ts";
import { OdwError } from "./src/errors.ts";
import { proxyVariables, takeProxyVariables } from "./src/lib/proxy_variables.ts";
import { type CommandNeed, intersect, type Permissions, permissionsFor } from "./src/permissions.ts";
import { isGranted, sourceFolders } from "./src/ring/baked.ts";
import { startRing } from "./src/ring/start.ts";

export const VERSION = "0.1.0";

async function inspect(need: CommandNeed, options: SettingsOptions): Promise<Inspection> {
  const inspection = await prepare(need, options);
  const { settings } = inspection;
  if (!need.providers || !mayStartPrograms(settings) || !isGranted("run", "*")) return inspection;
  const { describeConfinement } = await import("./src/ring/bubblewrap.ts");
  return { ...inspection, confinement: await describeConfinement(settings) };
}

async function prepare(need: CommandNeed, options: SettingsOptions): Promise<Inspection> {
  const cwd = options.cwd ?? Deno.cwd();
  const { model, concurrency, grants, sampling } = options;
  const flags = { ...(model ? { model } : {}), ...(concurrency ? { concurrency } : {}), ...(grants ? { grants } : {}) };
  const { settings, warnings } = await loadSettings({
    ...{ cwd, env, flags, needsModel: need.providers },
    ...sampling === undefined ? {} : { sampling },
  });
  const { permissions, lost } = intersect(permissionsFor(need, settings), isGranted);
  if (need.providers && mayStartPrograms(settings) && !isGranted("run", "*")) lost.push("permission to start programs");
  return { settings, permissions, warnings, lost: lost.map((what) => `this executable was built without ${what}`) };
}

async function connect(need: CommandNeed, options: SettingsOptions): Promise<Connection> {
  const { settings, permissions, warnings, lost } = await prepare(need, options);
  const { providers: willRun, mayMerge = false } = need;
  const ring = await startRing({ settings, willRun, mayMerge }, withSource(permissions));
  return { ...ring, settings, warnings: [...warnings, ...lost] };
}

function mayStartPrograms({ grants, mcpServers }: Settings): boolean {
  const isServer = Object.values(mcpServers).some((server) => "command" in server);
  return grants.run.length > 0 || grants.approve.includes("run") || isServer;
}

/** Run from source, the engine reads its own modules; the executable carries them. */
function withSource(permissions: Permissions): Permissions {
  return { ...permissions, read: [...permissions.read, ...sourceFolders()] };
}

function reports() {
  return import("./src/report/open.ts");
}

function mcp() {
  return import("./src/mcp/open.ts");
}

function hosts() {
  return import("./src/hosts/open.ts");
}

function env(name: string): string | undefined {
  try {
    return proxyVariables()[name] ?? Deno.env.get(name);
  } catch (cause) {
    throw new OdwError("config", `cannot read the environment variable ${name}: allow it with --allow-env`, { cause });
  }
}

if (import.meta.main) {
  takeProxyVariables();
  const ends = openProcessEnds();
  const machine = denoMachine(env, ends);
  // What a ring starts must end with this process, however that ends.
  const guarded: typeof connect = (...words) => (ends.guard(), connect(...words));
  // All output is awaited; what the rings still hold ends with the process.
  Deno.exit(await runCli(Deno.args, { ...machine, connect: guarded, inspect, reports, mcp, hosts, version: VERSION }));
}
