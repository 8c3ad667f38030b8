// The contract of coding agents as hosts: odw registered in their files, taken out again, and looked after.
import type { ProviderModels } from "./provider.ts";
import type { ProviderSettings, Settings } from "./config.ts";

export const HOST_NAMES = [
  "opencode",
  "codex",
  "antigravity",
  "vscode",
  "cursor",
  "claude",
  "gemini",
  "zed",
  "copilot",
] as const;

export type HostName = (typeof HOST_NAMES)[number];

/** For all projects of the user, or for this one alone. */
export type HostScope = "user" | "project";

export type HostSystem = "linux" | "darwin" | "windows";

/** All that decides where things lie: no file is looked at to know it. */
export interface HostPlaces {
  os: HostSystem;
  env(name: string): string | undefined;
  /** Absolute. */
  userHome: string;
  /** Absolute. */
  odwHome: string;
  /** The folder of the project; absolute. */
  project: string;
  /** The words that start this very odw; the first one is an absolute path. */
  program: readonly string[];
}

export interface IntegrateRequest {
  hosts: readonly HostName[];
  scope: HostScope;
  action: "add" | "remove";
  /** Says what would change, and changes nothing. */
  dryRun: boolean;
  places: HostPlaces;
}

export interface HostFileChange {
  host: HostName;
  /** What the file is to the host. */
  kind: "registration" | "skill" | "command";
  /** As the host knows it. */
  path: string;
  /** `failed`: the file is as it was, and `detail` says why. */
  status: "created" | "changed" | "removed" | "unchanged" | "failed";
  /** In the unified format; empty when nothing changes. */
  diff: string;
  detail: string | null;
  /** The copy of the file as it was before odw first touched it. */
  backup: string | null;
}

export interface Integration {
  changes: HostFileChange[];
  /** What the user still has to do, host by host. */
  steps: { host: HostName; step: string }[];
}

/** One thing that was looked at. */
export interface Finding {
  /** What was looked at: `home`, `provider anthropic`, `host codex`. */
  check: string;
  status: "ok" | "warning" | "error";
  detail: string;
  /** What mends it; null when nothing is wrong. */
  repair: string | null;
}

export interface HostsExamination {
  hosts: readonly HostName[];
  places: HostPlaces;
  /** Hosts without a registration are told too. */
  named: boolean;
}

export interface MachineExamination {
  places: HostPlaces;
  version: string;
  /** What the settings say, or why there are none. */
  settings: Settings | Error;
  warnings: readonly string[];
  /** Asks the providers, key and all; null without settings. */
  models: (() => Promise<ProviderModels[]>) | null;
}

/** What init found out by itself. */
export interface FoundProvider {
  name: string;
  /** A variable that holds a key, or the address of a server that answers. */
  where: string;
}

export interface Hosts {
  /** Never throws for what is wrong with one file: the others are written all the same. */
  integrate(request: IntegrateRequest): Promise<Integration>;
  /** Registrations as they stand, each host's own list command included. */
  examineHosts(request: HostsExamination): Promise<Finding[]>;
  /** Everything else: executable, home, config, providers, server, disk, programs. */
  examineMachine(request: MachineExamination): Promise<Finding[]>;
  /** Hosts of which there is a sign on this machine. */
  findHosts(places: HostPlaces): Promise<HostName[]>;
  /** Keys in the environment, and an Ollama that answers. */
  findProviders(places: HostPlaces): Promise<FoundProvider[]>;
  /** Writes `config.json` of odw's home, readable by its user alone; keeps a copy of one that is there. Throws OdwError `config`. */
  writeConfig(places: HostPlaces, choice: ConfigChoice): Promise<{ path: string; backup: string | null }>;
}

export interface ConfigChoice {
  provider: string;
  /** As `provider/model-id`; absent: the vendor's default. */
  model?: string;
  /** Absent: the vendor's own. */
  baseUrl?: string;
  api?: ProviderSettings["api"];
  apiKeyEnv?: string;
  apiKey?: string;
}
