// The coding agents that npm offers: pinned, with the words that list their servers and that make one turn without a human.

export const PROMPT = "Use odw: start the workflow of your instructions, wait for it, and tell me its result.";

export interface Turn {
  args: string[];
  env: Record<string, string>;
}

export interface Agent {
  /** As `odw integrate` calls it. */
  name: "opencode" | "codex" | "claude" | "gemini" | "copilot";
  package: string;
  program: string;
  list: { args: string[]; env?: Record<string, string>; shows: RegExp };
  /** A file that the user has before odw comes. */
  file?: { folder: string; name: string; text: string };
  /** One turn against the model at `url`, which speaks every wire format. */
  turn(url: string): Turn;
}

const MODEL = "loopback-model";
const KEY = "loopback-key";

export const AGENTS: readonly Agent[] = [
  {
    name: "opencode",
    package: "opencode-ai@1.18.33",
    program: "opencode",
    list: { args: ["mcp", "list"], shows: /✓ odw .*connected/ },
    turn: (url) => ({ args: ["run", "--model", `loopback/${MODEL}`, PROMPT], env: openCodeModel(url) }),
  },
  {
    name: "codex",
    package: "@openai/codex@0.169.0",
    program: "codex",
    // It reads its config and starts nothing.
    list: { args: ["mcp", "list"], shows: /^odw\s.*enabled/m },
    turn: (url) => ({
      args: ["exec", "--skip-git-repo-check", "--dangerously-bypass-approvals-and-sandbox", ...codexModel(url), PROMPT],
      env: { LOOPBACK_KEY: KEY },
    }),
  },
  {
    name: "claude",
    package: "@anthropic-ai/claude-code@2.1.330",
    program: "claude",
    list: { args: ["mcp", "list"], shows: /odw: .*✔ Connected/ },
    turn: (url) => ({
      args: ["-p", PROMPT, "--model", MODEL, "--allowedTools", "mcp__odw__workflow_start,mcp__odw__workflow_wait"],
      env: { ANTHROPIC_BASE_URL: url, ANTHROPIC_API_KEY: KEY, CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1" },
    }),
  },
  {
    name: "gemini",
    package: "@google/gemini-cli@0.61.0",
    program: "gemini",
    // Trusted for this process: in other folders it starts no server.
    list: { args: ["mcp", "list"], env: { GEMINI_CLI_TRUST_WORKSPACE: "true" }, shows: /odw: .*Connected/ },
    // Else it takes another base URL for another kind of account.
    file: {
      folder: ".gemini",
      name: "settings.json",
      text: JSON.stringify({ security: { auth: { selectedType: "gemini-api-key" } } }),
    },
    turn: (url) => ({
      args: ["-p", PROMPT, "--yolo", "--model", MODEL],
      env: { GEMINI_CLI_TRUST_WORKSPACE: "true", GEMINI_API_KEY: KEY, GOOGLE_GEMINI_BASE_URL: url },
    }),
  },
  {
    name: "copilot",
    package: "@github/copilot@1.0.102",
    program: "copilot",
    // It reads its config and starts nothing.
    list: { args: ["mcp", "list"], shows: /odw \(local\)/ },
    turn: (url) => ({
      args: ["-p", PROMPT, "--allow-all-tools"],
      env: {
        COPILOT_OFFLINE: "true",
        COPILOT_MODEL: MODEL,
        COPILOT_PROVIDER_TYPE: "openai",
        COPILOT_PROVIDER_BASE_URL: `${url}/v1`,
        COPILOT_PROVIDER_API_KEY: KEY,
      },
    }),
  },
];

export const INSPECTOR = { package: "@modelcontextprotocol/inspector@2.12.0", program: "mcp-inspector" };

function openCodeModel(url: string): Record<string, string> {
  const provider = {
    npm: "@ai-sdk/openai-compatible",
    options: { baseURL: `${url}/v1`, apiKey: KEY },
    models: { [MODEL]: { name: MODEL, tool_call: true } },
  };
  const config = { provider: { loopback: provider }, small_model: `loopback/${MODEL}`, permission: "allow" };
  return { OPENCODE_CONFIG_CONTENT: JSON.stringify(config), OPENCODE_DISABLE_AUTOUPDATE: "1" };
}

function codexModel(url: string): string[] {
  const provider =
    `model_providers.loopback={name="loopback",base_url="${url}/v1",env_key="LOOPBACK_KEY",wire_api="responses"}`;
  return ["-c", provider, "-c", 'model_provider="loopback"', "-c", `model="${MODEL}"`];
}
