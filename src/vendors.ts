// The built-in vendors of models, as data: where they are, which wire format they speak and in what they differ.
import type { ProviderApi, ProviderQuirks } from "./config.ts";

/** Defaults of a provider that is known without configuration. */
export interface Vendor {
  /** The provider's name in model ids: `name/model-id`. */
  name: string;
  api: ProviderApi;
  /** The wire format at any other base URL than the vendor's own: compatible servers rarely speak the newest one. */
  compatibleApi?: ProviderApi;
  /** Without a trailing slash. Anthropic's and Ollama's stand before `/v1` and `/api`, those of the OpenAI formats include `/v1`. */
  baseUrl: string;
  /** Environment variable of the key; null: no key is needed. */
  apiKeyEnv: string | null;
  /** Environment variable that moves the base URL; null: only the configuration file does. */
  baseUrlEnv: string | null;
  /** Permits of its queue lane. */
  concurrency: number;
  /** Runs on the user's own machine or network: costs 0. */
  local: boolean;
  /** Value of the `anthropic-version` header. */
  version?: string;
  quirks: ProviderQuirks;
}

export const VENDORS: readonly Vendor[] = [
  {
    name: "anthropic",
    api: "anthropic-messages",
    baseUrl: "https://api.anthropic.com",
    apiKeyEnv: "ANTHROPIC_API_KEY",
    baseUrlEnv: "ANTHROPIC_BASE_URL",
    concurrency: 16,
    local: false,
    version: "2023-06-01",
    quirks: { keyHeader: "x-api-key" },
  },
  {
    name: "openai",
    api: "openai-responses",
    compatibleApi: "openai-chat",
    baseUrl: "https://api.openai.com/v1",
    apiKeyEnv: "OPENAI_API_KEY",
    baseUrlEnv: "OPENAI_BASE_URL",
    concurrency: 16,
    local: false,
    quirks: {},
  },
  hosted("google", "https://generativelanguage.googleapis.com/v1beta/openai", "GEMINI_API_KEY"),
  {
    name: "ollama",
    api: "ollama-chat",
    baseUrl: "http://127.0.0.1:11434",
    apiKeyEnv: null,
    baseUrlEnv: "OLLAMA_HOST",
    concurrency: 2,
    local: true,
    quirks: {},
  },
  hosted("openrouter", "https://openrouter.ai/api/v1", "OPENROUTER_API_KEY"),
  hosted("groq", "https://api.groq.com/openai/v1", "GROQ_API_KEY", { maxTokensField: "max_completion_tokens" }),
  hosted("mistral", "https://api.mistral.ai/v1", "MISTRAL_API_KEY"),
  hosted("deepseek", "https://api.deepseek.com/v1", "DEEPSEEK_API_KEY", { jsonSchema: false }),
  hosted("xai", "https://api.x.ai/v1", "XAI_API_KEY"),
  hosted("together", "https://api.together.xyz/v1", "TOGETHER_API_KEY"),
  hosted("fireworks", "https://api.fireworks.ai/inference/v1", "FIREWORKS_API_KEY"),
  hosted("cerebras", "https://api.cerebras.ai/v1", "CEREBRAS_API_KEY", { maxTokensField: "max_completion_tokens" }),
  ownServer("lmstudio", "http://127.0.0.1:1234/v1", 2),
  ownServer("llamacpp", "http://127.0.0.1:8080/v1", 2),
  ownServer("vllm", "http://127.0.0.1:8000/v1", 16),
];

/** Model ids that tell their provider by themselves, in this order; `null`: the id tells nothing. */
export const BUILT_IN_ROUTES: readonly { match: string; provider: string | null }[] = [
  { match: "claude-*", provider: "anthropic" },
  { match: "gpt-oss*", provider: null },
  { match: "gpt-*", provider: "openai" },
  { match: "chatgpt-*", provider: "openai" },
  { match: "codex-*", provider: "openai" },
  { match: "o[1-9]*", provider: "openai" },
  { match: "gemini-*", provider: "google" },
];

function hosted(name: string, baseUrl: string, apiKeyEnv: string, quirks: ProviderQuirks = {}): Vendor {
  return { name, api: "openai-chat", baseUrl, apiKeyEnv, baseUrlEnv: null, concurrency: 16, local: false, quirks };
}

function ownServer(name: string, baseUrl: string, concurrency: number): Vendor {
  const quirks: ProviderQuirks = { schemaRules: "any" };
  return { name, api: "openai-chat", baseUrl, apiKeyEnv: null, baseUrlEnv: null, concurrency, local: true, quirks };
}
