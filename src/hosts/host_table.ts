// Every coding agent that odw can be registered with, as data.
import type { HostName, HostPlaces, HostScope } from "../hosts.ts";
import type { JsonObject } from "../json.ts";
import type { CommandFile, HostSpec, ServerStart } from "./host_spec.ts";
import { inCodeProfile, inHome, inMovable, inProject, inXdgConfig, inZed } from "./paths.ts";
import { cursorRule, geminiCommand, markdownCommand, promptFile } from "./texts.ts";

/** Longer than workflow_wait ever takes, and not longer than hosts accept. */
const TOOL_TIMEOUT_S = 300;
const LIST = ["mcp", "list"];
/** The name alone, not a path with it; a mark before or behind it. */
const CONNECTED = /✓\s+odw(?=[:\s]|$)|(?:^|\s)odw(?=[:\s]).*(?:✓|✔|(?<!not |dis)connected)/im;

const OPENCODE: HostSpec = {
  name: "opencode",
  title: "OpenCode",
  files: (places, scope) =>
    scope === "user"
      ? ["opencode.json", "opencode.jsonc"].map((name) => inXdgConfig(places, "opencode", name))
      : [["opencode.json"], ["opencode.jsonc"], [".opencode", "opencode.json"], [".opencode", "opencode.jsonc"]]
        .map((parts) => inProject(places, ...parts)),
  format: "jsonc",
  container: (document) => isOpenCode2(document) ? ["mcp", "servers"] : ["mcp"],
  entry: ({ command, args, env }, document) => ({
    type: "local",
    command: [command, ...args],
    ...(Object.keys(env).length > 0 ? { environment: env } : {}),
    ...(isOpenCode2(document) ? { timeout: { request: TOOL_TIMEOUT_S * 1000 } } : { enabled: true }),
    ...(isOpenCode2(document) ? {} : { timeout: TOOL_TIMEOUT_S * 1000 }),
  }),
  owned: ["type", "command"],
  command: commandFile({
    user: (places) => inXdgConfig(places, "opencode", "commands", "odw.md"),
    project: (places) => inProject(places, ".opencode", "commands", "odw.md"),
    text: markdownCommand,
  }),
  steps: () => ["start OpenCode anew; it reads its servers at start"],
  list: { program: "opencode", args: LIST, connected: CONNECTED, pending: null },
};

const CODEX: HostSpec = {
  name: "codex",
  title: "Codex",
  files: (places, scope) => [
    scope === "user" ? inCodex(places, "config.toml") : inProject(places, ".codex", "config.toml"),
  ],
  format: "toml",
  container: () => ["mcp_servers"],
  // Codex passes on hardly any variable: those with keys are named.
  entry: ({ keyVariables, ...start }) => ({
    ...commandAndArgs(start),
    ...(keyVariables.length > 0 ? { env_vars: keyVariables } : {}),
    startup_timeout_sec: 20,
    tool_timeout_sec: TOOL_TIMEOUT_S,
    required: true,
  }),
  owned: ["command", "args"],
  command: null,
  steps: (scope) => [
    ...(scope === "project"
      ? ["Codex reads this file in trusted projects only: start codex here and trust the folder"]
      : []),
    'codex exec refuses workflow_start unless you approve it beforehand: add default_tools_approval_mode = "approve" to [mcp_servers.odw] if you want that',
  ],
  list: { program: "codex", args: LIST, connected: /^odw\b.*\benabled\b/im, pending: null },
};

const ANTIGRAVITY: HostSpec = {
  name: "antigravity",
  title: "Antigravity",
  files: (places, scope) =>
    scope === "user"
      ? [
        inHome(places, ".gemini", "config", "mcp_config.json"),
        inHome(places, ".gemini", "antigravity", "mcp_config.json"),
      ]
      : [inProject(places, ".agents", "mcp_config.json")],
  format: "json",
  container: () => ["mcpServers"],
  entry: (start) => commandAndArgs(start),
  owned: ["command", "args"],
  command: commandFile({
    project: (places) => inProject(places, ".agents", "workflows", "odw.md"),
    text: () => markdownCommand("what the user asks for"),
  }),
  steps: () => ["in Antigravity, open Manage MCP Servers and press Refresh"],
  list: null,
};

const VSCODE: HostSpec = {
  name: "vscode",
  title: "VS Code",
  files: (places, scope) => [
    scope === "user" ? inCodeProfile(places, "mcp.json") : inProject(places, ".vscode", "mcp.json"),
  ],
  format: "jsonc",
  container: () => ["servers"],
  entry: (start) => ({ type: "stdio", ...commandAndArgs(start) }),
  owned: ["type", "command", "args"],
  command: commandFile({
    user: (places) => inCodeProfile(places, "prompts", "odw.prompt.md"),
    project: (places) => inProject(places, ".github", "prompts", "odw.prompt.md"),
    text: promptFile,
  }),
  steps: () => ["in VS Code, run the command MCP: List Servers, choose odw, start it and confirm that you trust it"],
  list: null,
};

const CURSOR: HostSpec = {
  name: "cursor",
  title: "Cursor",
  files: (places, scope) => [
    scope === "user" ? inHome(places, ".cursor", "mcp.json") : inProject(places, ".cursor", "mcp.json"),
  ],
  format: "jsonc",
  container: () => ["mcpServers"],
  entry: (start) => commandAndArgs(start),
  owned: ["command", "args"],
  command: commandFile({
    project: (places) => inProject(places, ".cursor", "rules", "odw.mdc"),
    text: cursorRule,
  }),
  steps: () => ["in Cursor, open the MCP settings and switch odw on"],
  list: null,
};

const CLAUDE: HostSpec = {
  name: "claude",
  title: "Claude Code",
  files: (places, scope) => [scope === "user" ? claudeFile(places) : inProject(places, ".mcp.json")],
  format: "json",
  container: () => ["mcpServers"],
  entry: (start) => ({
    type: "stdio",
    ...commandAndArgs(start),
    timeout: TOOL_TIMEOUT_S * 1000,
    alwaysLoad: true,
  }),
  owned: ["type", "command", "args"],
  command: commandFile({
    user: (places) => inClaude(places, "commands", "odw.md"),
    project: (places) => inProject(places, ".claude", "commands", "odw.md"),
    text: markdownCommand,
  }),
  steps: (scope) =>
    scope === "project"
      ? ["start claude in this folder and approve the server odw; it is pending until then"]
      : ["start Claude Code anew"],
  list: { program: "claude", args: LIST, connected: CONNECTED, pending: /(?:^|\s)odw(?=[:\s]).*pending/im },
};

const GEMINI: HostSpec = {
  name: "gemini",
  title: "Gemini CLI",
  files: (places, scope) => [
    scope === "user" ? inHome(places, ".gemini", "settings.json") : inProject(places, ".gemini", "settings.json"),
  ],
  format: "jsonc",
  container: () => ["mcpServers"],
  // Gemini drops variables that look like keys, except those that stand here.
  entry: ({ keyVariables, ...start }) =>
    commandAndArgs(
      { ...start, env: { ...start.env, ...Object.fromEntries(keyVariables.map((name) => [name, `$${name}`])) } },
      { timeout: TOOL_TIMEOUT_S * 1000 },
    ),
  owned: ["command", "args"],
  command: commandFile({
    user: (places) => inHome(places, ".gemini", "commands", "odw.toml"),
    project: (places) => inProject(places, ".gemini", "commands", "odw.toml"),
    text: geminiCommand,
  }),
  steps: () => ["trust the folders that you work in (/permissions in Gemini CLI): in others it starts no server"],
  list: { program: "gemini", args: LIST, connected: CONNECTED, pending: /(?:^|\s)odw(?=[:\s]).*disabled/im },
};

const ZED: HostSpec = {
  name: "zed",
  title: "Zed",
  files: (places, scope) => [
    scope === "user" ? inZed(places, "settings.json") : inProject(places, ".zed", "settings.json"),
  ],
  format: "jsonc",
  container: () => ["context_servers"],
  entry: (start) => commandAndArgs(start, { timeout: TOOL_TIMEOUT_S }),
  owned: ["command", "args"],
  command: null,
  steps: (scope) => scope === "project" ? ["trust this project in Zed when it asks"] : [],
  list: null,
};

const COPILOT: HostSpec = {
  name: "copilot",
  title: "Copilot CLI",
  files: (places, scope) => [
    scope === "user"
      ? inMovable(places, { variable: "COPILOT_HOME", usual: ".copilot" }, "mcp-config.json")
      : inProject(places, ".github", "mcp.json"),
  ],
  format: "jsonc",
  container: () => ["mcpServers"],
  entry: ({ command, args, env }) => ({
    type: "local",
    ...commandAndArgs({ command, args, env }),
    tools: ["*"],
    timeout: TOOL_TIMEOUT_S * 1000,
  }),
  owned: ["type", "command", "args"],
  command: null,
  steps: (scope) => scope === "project" ? ["start copilot in this folder and trust it"] : [],
  list: { program: "copilot", args: LIST, connected: /(?:^|\s)odw(?=[:\s]|$)/m, pending: null },
};

export const HOSTS: Readonly<Record<HostName, HostSpec>> = {
  opencode: OPENCODE,
  codex: CODEX,
  antigravity: ANTIGRAVITY,
  vscode: VSCODE,
  cursor: CURSOR,
  claude: CLAUDE,
  gemini: GEMINI,
  zed: ZED,
  copilot: COPILOT,
};

function commandAndArgs(
  { command, args, env }: Pick<ServerStart, "command" | "args" | "env">,
  more: JsonObject = {},
): JsonObject {
  return { command, args, ...(Object.keys(env).length > 0 ? { env } : {}), ...more };
}

function commandFile(
  { text, ...paths }: { text: () => string } & Partial<Record<HostScope, (places: HostPlaces) => string>>,
): CommandFile {
  return { path: (places, scope) => paths[scope]?.(places) ?? null, text: () => text() };
}

/** OpenCode 2 keeps its servers below `mcp.servers`; a server of OpenCode 1 may have that name too, and is told by its own members. */
function isOpenCode2(document: unknown): boolean {
  const servers = (document as { mcp?: { servers?: unknown } } | null | undefined)?.mcp?.servers;
  if (typeof servers !== "object" || servers === null || Array.isArray(servers)) return false;
  const { type, command, enabled, url } = servers as Record<string, unknown>;
  return typeof type !== "string" && !Array.isArray(command) && typeof enabled !== "boolean" && typeof url !== "string";
}

/** With CLAUDE_CONFIG_DIR the file lies inside that folder, else beside `~/.claude`. */
function claudeFile(places: HostPlaces): string {
  return places.env("CLAUDE_CONFIG_DIR")?.trim() ? inClaude(places, ".claude.json") : inHome(places, ".claude.json");
}

function inClaude(places: HostPlaces, ...parts: string[]): string {
  return inMovable(places, { variable: "CLAUDE_CONFIG_DIR", usual: ".claude" }, ...parts);
}

function inCodex(places: HostPlaces, ...parts: string[]): string {
  return inMovable(places, { variable: "CODEX_HOME", usual: ".codex" }, ...parts);
}
