// The model of the coding agent that started odw, as a provider: only a process that its `odw mcp` started, or that `odw mcp` itself, has it.
import type { ConfigFile, ProviderSettings } from "../config.ts";
import { OdwError } from "../errors.ts";
import { HOST_PROVIDER, readSampling, SAMPLING_VARIABLE, type SamplingAddress } from "../sampling.ts";

/** A host asks its user, or runs one model: more at once would only queue there. */
const CONCURRENCY = 4;

const NOT_STARTED_BY_HOST =
  "no coding agent that lends its model started this command; start or resume the run with workflow_start from inside one that does " +
  "(VS Code and Copilot CLI, with odw mcp as their server), or name another model with --model";
const NOT_OFFERED =
  "this host does not offer sampling (VS Code and Copilot CLI do); leave model out for the configured one, or name a model of a provider";

export interface HostSources {
  configured: NonNullable<ConfigFile["providers"]>;
  env: (name: string) => string | undefined;
  userFile: string;
  /** null: the host does not lend its model; undefined: the environment tells. */
  sampling: SamplingAddress | null | undefined;
}

/** Throws OdwError `config` when the user's file makes a provider of that name, or the environment holds what odw did not write. */
export function hostSettings({ configured, env, userFile, sampling }: HostSources): ProviderSettings {
  const { concurrency = CONCURRENCY, ...others } = configured[HOST_PROVIDER] ?? {};
  const [other] = Object.keys(others);
  if (other !== undefined) {
    throw new OdwError(
      "config",
      `${userFile}: providers.${HOST_PROVIDER} is the coding agent that started odw and can set concurrency alone, not ${other}; ` +
        "give a provider of your own another name",
    );
  }
  const text = sampling === undefined ? env(SAMPLING_VARIABLE) : undefined;
  const address = text ? readSampling(text) : sampling ?? null;
  return {
    name: HOST_PROVIDER,
    api: "mcp-sampling",
    baseUrl: address ? `http://127.0.0.1:${address.port}` : "",
    apiKey: address?.token ?? null,
    missingKey: address ? null : sampling === null ? NOT_OFFERED : NOT_STARTED_BY_HOST,
    headers: {},
    concurrency,
    version: null,
    local: false,
    quirks: { tools: address?.hasTools ?? false },
  };
}
