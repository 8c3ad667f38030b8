// The shape of odw's configuration: what a config file may hold, and the resolved settings that the engine receives.
import type { Network } from "./lib/outgoing.ts";
import type { Price } from "./provider.ts";
import type { RunLimits } from "./run.ts";
import type { SandboxLimits } from "./sandbox.ts";

/** The wire formats. A vendor is data, not code. No file can choose `mcp-sampling`: that is the coding agent that started odw. */
export type ProviderApi = ConfiguredApi | "mcp-sampling";

export type ConfiguredApi = "anthropic-messages" | "openai-chat" | "openai-responses" | "ollama-chat" | "simulated";

/** A member of `providers` in `config.json`. */
export interface ProviderConfig {
  api?: ConfiguredApi;
  baseUrl?: string;
  /** Name of the environment variable that holds the key. */
  apiKeyEnv?: string;
  /** The key itself; only in the user's own file, which is kept at 0600. */
  apiKey?: string;
  headers?: Record<string, string>;
  concurrency?: number;
  /** `anthropic-version` header. */
  version?: string;
}

/** `config.json` as written. */
export interface ConfigFile {
  providers?: Record<string, ProviderConfig>;
  /** Aliases: `default`, `planning`, `fast`, `fallback`, `haiku`, `sonnet`, `opus`, `fable`, or any name. */
  models?: Record<string, string>;
  routes?: { match: string; provider: string }[];
  limits?: {
    concurrency?: number;
    agents?: number;
    outputTokens?: number | null;
    costUsd?: number | null;
    timeoutMs?: number | null;
    /** See RunLimits.hard. Default false. */
    hard?: boolean;
  };
  /** By glob over `provider/model-id`; USD per million tokens. */
  prices?: Record<string, Price>;
  /** Stands for HTTP_PROXY, HTTPS_PROXY and ALL_PROXY; false: none whatever they say. Only in the user's own file. */
  proxy?: string | false;
  /** Hosts that are reached without a proxy, beside those of NO_PROXY and this machine itself. Only in the user's own file. */
  noProxy?: string[];
  /** Started on demand when `--allow-mcp` names them; only in the user's own file. */
  mcpServers?: Record<string, McpServer>;
  /** What runs may do without a flag; only in the user's own file. */
  permissions?: {
    /** true: the workspace. */
    write?: boolean | string[];
    /** Commands; "*": any. */
    run?: string[];
    /** Hosts; "*": any public one. */
    web?: string[];
    /** Names of `mcpServers`; "*": all. */
    mcp?: string[];
    /** Kinds that are asked for, call by call, where nothing else grants them. */
    approve?: GrantKind[];
  };
  tools?: {
    /** Search endpoint of `web_search`: the query goes where `{query}` stands; answers JSON. */
    searchUrl?: string;
    /** Names of environment variables that commands receive beside PATH, HOME, LANG, …; none that holds a provider's key. */
    environment?: string[];
  };
  worktrees?: {
    /**
     * Names of ignored folders that tools make again (`node_modules`): they do not keep a worktree that is otherwise untouched. Replaces the
     * built-in list; `[]` keeps every worktree in which an agent wrote anything. Only in the user's own file.
     */
    disposable?: string[];
  };
  script?: {
    clock?: "forbidden" | "seeded";
    pipelineNull?: "end" | "pass";
    /** Levels of workflow() inside workflow(). */
    nesting?: number;
    memoryMiB?: number;
    stackKiB?: number;
    sliceMs?: number;
  };
  agent?: {
    /** Provider calls to satisfy a schema. */
    schemaAttempts?: number;
    /** Retries after a retryable provider error. */
    retries?: number;
    /** Attempts before a silent provider fails the agent. */
    stallAttempts?: number;
    stallMs?: number;
    maxTokens?: number;
    /** The first call of a fan-out with a common long prefix goes ahead to fill the provider's prompt cache. */
    warmCache?: boolean;
  };
}

/** What flags grant, over the user's own file; "*": all that the kind can grant. */
export interface GrantFlags {
  /** Paths as written, from the working directory. */
  write?: string[];
  run?: string[];
  web?: string[];
  mcp?: string[];
  approve?: GrantKind[];
}

export type GrantKind = "write" | "run" | "web" | "mcp";

/** A member of `mcpServers`, in the shape that every host knows. */
export type McpServer =
  | { command: string; args?: string[]; env?: Record<string, string>; cwd?: string }
  | { url: string; headers?: Record<string, string> };

/** What a run may do beside reading the workspace, from flags and the user's own file. */
export interface Grants {
  /** Absolute folders and files in the workspace; empty: nothing. */
  write: string[];
  /** Commands by name, absolute path, or `./path` in the workspace; "*": any. */
  run: string[];
  /** `host` or `host:port`; "*": any public one. */
  web: string[];
  /** Names of configured MCP servers. */
  mcp: string[];
  /** Kinds whose calls are asked for, one by one, where nothing above grants them. */
  approve: GrantKind[];
}

/** Differences between servers of one wire format, as data. */
export interface ProviderQuirks {
  /** Name of the output limit in Chat Completions. */
  maxTokensField?: "max_tokens" | "max_completion_tokens";
  /** Role of the system message in Chat Completions. */
  systemRole?: "system" | "developer";
  /** Whether `response_format: json_schema` is understood. Default true. */
  jsonSchema?: boolean;
  /** "strict" (default): only schemas in OpenAI's strict subset go out; "any": the server takes JSON Schema as it is. */
  schemaRules?: "strict" | "any";
  /** Whether `stream_options` is understood. Default true. */
  streamUsage?: boolean;
  /** Whether tools can be offered to its models. Default true. */
  tools?: boolean;
  /** Header of the key; default `authorization: Bearer`. */
  keyHeader?: string;
}

/** A provider, resolved: defaults, file and environment in one. */
export interface ProviderSettings {
  name: string;
  api: ProviderApi;
  /** Without a trailing slash; empty for the simulated provider. */
  baseUrl: string;
  /** null: none found. */
  apiKey: string | null;
  /** How to supply the missing key, as a sentence part: `set ANTHROPIC_API_KEY or providers.anthropic.apiKeyEnv in …`; null when none is needed or one is there. */
  missingKey: string | null;
  headers: Record<string, string>;
  concurrency: number;
  version: string | null;
  /** Runs on the user's own machine or network: costs 0. */
  local: boolean;
  quirks: ProviderQuirks;
}

/** All that the engine ring is told: plain JSON, posted once at its start. */
export interface Settings {
  home: string;
  cwd: string;
  /** The nearest folder from `cwd` upwards that holds `.git`; null outside a repository. */
  repositoryRoot: string | null;
  /** `HOME` of the user, for saved workflows and agent definitions. */
  userHome: string;
  providers: ProviderSettings[];
  models: Record<string, string>;
  routes: { match: string; provider: string }[];
  limits: RunLimits;
  prices: Record<string, Price>;
  /** Proxies and certificates; direct for commands that reach nobody. */
  network: Network;
  script: { clock: "forbidden" | "seeded"; pipelineNull: "end" | "pass"; nesting: number; limits: SandboxLimits };
  agent: {
    schemaAttempts: number;
    retries: number;
    stallAttempts: number;
    stallMs: number;
    maxTokens: number;
    warmCache: boolean;
  };
  grants: Grants;
  /**
   * Those that `grants.mcp` names, or all where each call is asked for, with their values resolved. The engine ring sees of a program its
   * command alone.
   */
  mcpServers: Record<string, McpServer>;
  tools: {
    /** See ConfigFile.tools; null: no web_search. */
    searchUrl: string | null;
    /** All that a command inherits: never a key of a provider. Empty in the engine ring. */
    environment: Record<string, string>;
  };
  worktrees: {
    /** See ConfigFile.worktrees. */
    disposable: string[];
  };
  /** Nothing is configured and no Ollama answered: every model resolves to the simulated provider, and the faces say so. */
  simulated: boolean;
}
