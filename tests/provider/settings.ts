// Settings for tests of the providers.
import type { ProviderSettings, Settings } from "../../src/config.ts";
import type { GenerateOptions, GenerateRequest } from "../../src/provider.ts";
import { NO_GRANTS } from "../no_tools.ts";

export function settingsWith(providers: ProviderSettings[], overrides: Partial<Settings> = {}): Settings {
  return {
    home: "/users/me/.odw",
    cwd: "/project",
    repositoryRoot: null,
    userHome: "/users/me",
    providers,
    models: {},
    routes: [],
    limits: { concurrency: 16, agents: 1000, tokens: null, costUsd: null, timeoutMs: null, hard: false },
    prices: {},
    script: {
      clock: "forbidden",
      pipelineNull: "end",
      nesting: 1,
      limits: { memoryBytes: 2 ** 28, stackBytes: 2 ** 20, sliceMs: 30_000 },
    },
    agent: { schemaAttempts: 5, retries: 3, stallAttempts: 2, stallMs: 180_000, maxTokens: 8192, warmCache: false },
    simulated: false,
    ...NO_GRANTS,
    ...overrides,
  };
}

export function providerNamed(name: string, overrides: Partial<ProviderSettings> = {}): ProviderSettings {
  return {
    name,
    api: "openai-chat",
    baseUrl: "http://127.0.0.1:9/v1",
    apiKey: null,
    missingKey: null,
    headers: {},
    concurrency: 16,
    version: null,
    local: false,
    quirks: {},
    ...overrides,
  };
}

export function asked(prompt: string, overrides: Partial<GenerateRequest> = {}): GenerateRequest {
  return { model: "wire/test-model", messages: [{ role: "user", content: prompt }], ...overrides };
}

export function patient(overrides: Partial<GenerateOptions> = {}): GenerateOptions {
  return { signal: new AbortController().signal, stallMs: 30_000, ...overrides };
}
