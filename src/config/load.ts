// Loads the settings of one command: files, environment and flags in one plain object.
import type { GrantFlags, ProviderSettings, Settings } from "../config.ts";
import { DIRECT } from "../lib/outgoing.ts";
import { exposesHome } from "../permissions.ts";
import { HOST_PROVIDER, type SamplingAddress } from "../sampling.ts";
import { isLoopback } from "./base_url.ts";
import { commandEnvironment } from "./command_environment.ts";
import { DISPOSABLE_FOLDERS } from "./disposable_folders.ts";
import { type ConfigFiles, readConfigFiles } from "./files.ts";
import { resolveGrants } from "./grants.ts";
import { grantedServers } from "./mcp_servers.ts";
import { resolveNetwork } from "./network.ts";
import { mergeAgent, mergeLimits, mergeModels, mergeScript } from "./merge.ts";
import { resolveModels } from "./models.ts";
import { type ProbeOllama, probeOllama } from "./ollama_probe.ts";
import { findPlaces, type Places, projectFolders } from "./places.ts";
import { isUsable, resolveProviders } from "./providers.ts";

export interface LoadOptions {
  /** The working directory of the run. */
  cwd: string;
  env: (name: string) => string | undefined;
  /** odw's home; absent: `ODW_HOME`, else `~/.odw`. */
  home?: string;
  flags?: { model?: string; concurrency?: number; grants?: GrantFlags };
  /** False for commands that call no model: an Ollama is not looked for. Default true. */
  needsModel?: boolean;
  /** The way to the host's model; null: the host does not lend it. Absent: as the environment says. */
  sampling?: SamplingAddress | null;
  /** Asks an Ollama for its models; given by tests. */
  probe?: ProbeOllama;
}

export interface LoadedSettings {
  settings: Settings;
  /** Sentences for the user, without a final period. */
  warnings: string[];
}

/**
 * Makes odw's home when there is none. Asks the network only when nothing is configured, and then an Ollama alone.
 * Throws OdwError `config` (an unusable file, variable or home) or `usage` (an unusable working directory).
 */
export async function loadSettings(options: LoadOptions): Promise<LoadedSettings> {
  const places = await findPlaces(options);
  const files = await readConfigFiles(places.home, projectFolders(places.cwd, places.repositoryRoot));
  const chosen = options.flags?.model || options.env("ODW_MODEL")?.trim() || undefined;
  const settings = settingsOf(places, files, options, chosen);
  await grant(settings, files, options);
  const isNeeded = options.needsModel !== false;
  const reached = await resolveNetwork({ user: files.user, userFile: files.userFile, env: options.env, isNeeded });
  settings.network = reached.network;
  widenLanes(settings, files, options.flags?.concurrency ?? settings.limits.concurrency);
  const warnings = [
    ...files.warnings,
    ...reached.warnings,
    ...clearTextKeys(settings.providers),
    ...wideGrants(settings),
  ];
  if (!isConfigured(settings, files, chosen)) {
    const isNamed = files.user.providers?.["ollama"] !== undefined || Boolean(options.env("OLLAMA_HOST")?.trim());
    warnings.push(...await useOllamaOrSimulate(settings, options, { chosen, isNamed }));
  }
  return { settings, warnings };
}

/** Changes `settings`: what the user's own file and the flags permit. A project's files have no say in it. */
async function grant(settings: Settings, { user, userFile }: ConfigFiles, { env, flags }: LoadOptions): Promise<void> {
  settings.grants = await resolveGrants({ user, flags: flags?.grants ?? {}, places: settings, userFile });
  const needed = settings.grants.approve.includes("mcp") ? Object.keys(user.mcpServers ?? {}) : settings.grants.mcp;
  settings.mcpServers = grantedServers(needed, { configured: user.mcpServers ?? {}, env, userFile });
  settings.tools = {
    searchUrl: user.tools?.searchUrl ?? null,
    environment: commandEnvironment({ user, env, userFile }),
  };
}

/** What reaches further than its words may tell. */
function wideGrants({ grants, cwd, home }: Settings): string[] {
  const warnings: string[] = [];
  if (grants.run.includes("*")) {
    warnings.push(
      "any program may be started: with programs a run can do whatever your user account can; name them with --allow-run=<names>",
    );
  }
  if (exposesHome({ cwd, home })) {
    warnings.push(
      `odw's own folder ${home} lies in the workspace ${cwd}, so that Deno cannot keep agents from reading it (the tools do); work in another folder`,
    );
  }
  return warnings;
}

/** Who asks for more agents at once means it: only a lane that was configured, a server of one's own or a host stays as narrow as it is. */
function widenLanes(settings: Settings, { user }: ConfigFiles, concurrency: number): void {
  for (const provider of settings.providers) {
    const isChosen = user.providers?.[provider.name]?.concurrency !== undefined;
    const isNarrow = provider.local || provider.api === "mcp-sampling";
    if (!isChosen && !isNarrow) provider.concurrency = Math.max(provider.concurrency, concurrency);
  }
}

function settingsOf(
  places: Places,
  files: ConfigFiles,
  { env, sampling }: LoadOptions,
  chosen: string | undefined,
): Settings {
  const { user, projects, userFile } = files;
  const given = mergeModels(user, projects);
  const named = [...Object.values(given), ...(chosen ? [chosen] : [])];
  const providers = resolveProviders({ configured: user.providers ?? {}, env, userFile, models: named, sampling });
  return {
    ...places,
    providers,
    models: resolveModels(given, chosen, providers),
    routes: user.routes ?? [],
    limits: mergeLimits(user, projects),
    prices: user.prices ?? {},
    network: DIRECT,
    script: mergeScript(user, projects),
    agent: mergeAgent(user, projects),
    grants: { write: [], run: [], web: [], mcp: [], approve: [] },
    mcpServers: {},
    tools: { searchUrl: null, environment: {} },
    worktrees: { disposable: user.worktrees?.disposable ?? DISPOSABLE_FOLDERS },
    simulated: false,
  };
}

/** Whether it is clear where a run's agents go. An Ollama without a chosen model must be asked for one. */
function isConfigured(settings: Settings, files: ConfigFiles, chosen: string | undefined): boolean {
  if (Object.keys(files.user.providers ?? {}).some((name) => name !== "ollama" && name !== HOST_PROVIDER)) return true;
  if (settings.providers.some((provider) => provider.name !== "ollama" && isUsable(provider))) return true;
  const model = chosen ?? mergeModels(files.user, files.projects)["default"];
  return model !== undefined && !isSimulated(model);
}

function isSimulated(model: string): boolean {
  return /^sim(?:$|[:/])/.test(model);
}

/** Changes `settings`; gives the warnings. `isNamed`: the user has said that there is an Ollama. */
async function useOllamaOrSimulate(
  settings: Settings,
  options: LoadOptions,
  { chosen, isNamed }: { chosen: string | undefined; isNamed: boolean },
): Promise<string[]> {
  if (options.needsModel === false) return [];
  const ollama = settings.providers.find((provider) => provider.name === "ollama");
  const wantsSimulation = chosen !== undefined && isSimulated(chosen);
  settings.simulated = wantsSimulation || !isNamed;
  if (wantsSimulation || !ollama) return [];
  const models = await (options.probe ?? probeOllama)(ollama.baseUrl, settings.network);
  if (models?.[0] !== undefined) {
    settings.models = resolveModels(settings.models, `ollama/${models[0]}`, settings.providers);
    settings.simulated = false;
    return [];
  }
  if (models) return [`Ollama answers at ${ollama.baseUrl} but has no model; run: ollama pull qwen3:8b`];
  return isNamed ? [`no Ollama answers at ${ollama.baseUrl}; start it, or set OLLAMA_HOST to where it is`] : [];
}

function clearTextKeys(providers: ProviderSettings[]): string[] {
  return providers
    .filter(({ apiKey, baseUrl }) => apiKey !== null && baseUrl.startsWith("http:") && !isLoopback(baseUrl))
    .map(({ name, baseUrl }) => `the key of provider ${name} goes to ${baseUrl} unencrypted; use https`);
}
