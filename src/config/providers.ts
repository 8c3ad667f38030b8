// The configured providers: built-in vendors, the user's file and the environment in one list.
import type { ConfigFile, ProviderConfig, ProviderSettings } from "../config.ts";
import { OdwError } from "../errors.ts";
import type { SamplingAddress } from "../sampling.ts";
import { type Vendor, VENDORS } from "../vendors.ts";
import { isLoopback, parseBaseUrl, parseOllamaHost } from "./base_url.ts";
import { hostSettings } from "./host_provider.ts";

type Env = (name: string) => string | undefined;

/** Headers that carry a key by themselves. */
const KEY_HEADERS = ["authorization", "x-api-key", "api-key", "x-goog-api-key"];

const SIMULATED: ProviderSettings = {
  name: "sim",
  api: "simulated",
  baseUrl: "",
  apiKey: null,
  missingKey: null,
  headers: {},
  concurrency: 64,
  version: null,
  local: true,
  quirks: {},
};

/**
 * All providers that a model id can name, those without a key too: they say what is missing. The user's file stands above the
 * environment, because it was written for odw alone. `userFile`: for messages.
 */
export function resolveProviders(
  options: {
    configured: NonNullable<ConfigFile["providers"]>;
    env: Env;
    userFile: string;
    models: string[];
    /** See LoadOptions. */
    sampling: SamplingAddress | null | undefined;
  },
): ProviderSettings[] {
  const { configured, env, userFile } = options;
  const vendors = VENDORS.map((vendor) => {
    const isNamed = options.models.some((model) =>
      model.startsWith(`${vendor.name}/`) || model.startsWith(`${vendor.name}:`)
    );
    return vendorSettings(vendor, { config: configured[vendor.name], isNamed, env, userFile });
  });
  const host = hostSettings(options);
  const builtIn = [SIMULATED.name, host.name, ...VENDORS.map(({ name }) => name)];
  const own = Object.entries(configured)
    .filter(([name]) => !builtIn.includes(name))
    .map(([name, config]) => ownSettings(name, config, { env, userFile }));
  return [...own, ...vendors, host, SIMULATED];
}

/** Whether the user set it up: it has its key, or needs none and the user has said that it is there. */
export function isUsable(provider: ProviderSettings): boolean {
  return provider.api !== "simulated" && provider.api !== "mcp-sampling" && provider.missingKey === null;
}

function vendorSettings(
  vendor: Vendor,
  context: { config: ProviderConfig | undefined; isNamed: boolean; env: Env; userFile: string },
): ProviderSettings {
  const { env, userFile } = context;
  const config = context.config ?? {};
  const moved = movedBaseUrl(vendor, config, env);
  const baseUrl = moved ?? vendor.baseUrl;
  const isMoved = baseUrl !== vendor.baseUrl;
  const keyEnv = config.apiKeyEnv ?? vendor.apiKeyEnv;
  const apiKey = config.apiKey ?? (keyEnv ? env(keyEnv) || null : null);
  const isLocal = vendor.local || (isMoved && isLoopback(baseUrl));
  const settings: ProviderSettings = {
    name: vendor.name,
    api: config.api ?? (isMoved ? vendor.compatibleApi ?? vendor.api : vendor.api),
    baseUrl,
    apiKey,
    missingKey: null,
    headers: config.headers ?? {},
    concurrency: config.concurrency ?? vendor.concurrency,
    version: config.version ?? vendor.version ?? null,
    local: isLocal,
    quirks: vendor.quirks,
  };
  const isOptional = isMoved && config.apiKeyEnv === undefined && isCompatible(vendor);
  if (vendor.apiKeyEnv === null) settings.missingKey = missingServer(vendor, context);
  else if (!isOptional) settings.missingKey = missingKey(settings, keyEnv, userFile);
  return settings;
}

/** An OpenAI-compatible server in the vendor's place often needs no key; if it does, it says so itself. */
function isCompatible(vendor: Vendor): boolean {
  return vendor.compatibleApi !== undefined || vendor.api === "openai-chat";
}

/** Servers on common ports are used only when the user named them; Ollama's port is its own. */
function missingServer(
  vendor: Vendor,
  context: { config: ProviderConfig | undefined; isNamed: boolean; userFile: string },
): string | null {
  if (vendor.name === "ollama" || context.config || context.isNamed) return null;
  return `add "providers": { "${vendor.name}": {} } to ${context.userFile}`;
}

function ownSettings(name: string, config: ProviderConfig, context: { env: Env; userFile: string }): ProviderSettings {
  const lacks = [...(config.api ? [] : ["api"]), ...(config.baseUrl || config.api === "simulated" ? [] : ["baseUrl"])];
  if (lacks.length > 0) {
    throw new OdwError(
      "config",
      `${context.userFile}: provider "${name}" is not built in and has no ${lacks.join(" and no ")}; add ${
        lacks.map((lack) => `providers.${name}.${lack}`).join(" and ")
      }`,
    );
  }
  const baseUrl = config.baseUrl ? parseBaseUrl(config.baseUrl, `providers.${name}.baseUrl`) : "";
  const settings: ProviderSettings = {
    name,
    api: config.api!,
    baseUrl,
    apiKey: config.apiKey ?? (config.apiKeyEnv ? context.env(config.apiKeyEnv) || null : null),
    missingKey: null,
    headers: config.headers ?? {},
    concurrency: config.concurrency ?? 16,
    version: config.version ?? null,
    local: config.api === "simulated" || isLoopback(baseUrl),
    quirks: {},
  };
  if (config.apiKeyEnv) settings.missingKey = missingKey(settings, config.apiKeyEnv, context.userFile);
  return settings;
}

function missingKey(settings: ProviderSettings, keyEnv: string | null, userFile: string): string | null {
  const hasKeyHeader = Object.keys(settings.headers).some((name) => KEY_HEADERS.includes(name.toLowerCase()));
  if (settings.apiKey || hasKeyHeader) return null;
  return `set ${keyEnv}, or providers.${settings.name}.apiKeyEnv in ${userFile}`;
}

/** null: the vendor's own. */
function movedBaseUrl(vendor: Vendor, config: ProviderConfig, env: Env): string | null {
  if (config.baseUrl) return parseBaseUrl(config.baseUrl, `providers.${vendor.name}.baseUrl`);
  const value = vendor.baseUrlEnv ? env(vendor.baseUrlEnv)?.trim() : undefined;
  if (!value) return null;
  return vendor.api === "ollama-chat" ? parseOllamaHost(value) : parseBaseUrl(value, vendor.baseUrlEnv!);
}
