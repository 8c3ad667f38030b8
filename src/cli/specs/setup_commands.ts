// The commands that tell what is set up: models, workflows, agents, permissions, the shell.
import type { CommandSpec } from "../command.ts";
import { CWD, JSON_OUTPUT } from "./shared_options.ts";

export const SHELLS = ["bash", "zsh", "fish", "powershell"] as const;

export const MODELS: CommandSpec = {
  name: "models",
  summary: "List what the configured providers offer",
  arguments: [],
  options: [CWD, JSON_OUTPUT],
  examples: [["odw models", "models by provider, with context size and price"]],
  providers: true,
  load: () => import("../commands/models.ts"),
};

export const WORKFLOWS: CommandSpec = {
  name: "workflows",
  summary: "List, show, save or begin workflows",
  arguments: [
    {
      usage: "[action]",
      description: "show <name>, save <run or file> <name>, init <name>; none: list them",
      candidates: ["show", "save", "init"],
    },
    { usage: "[names...]", description: "what the action needs", candidates: "scripts" },
  ],
  options: [
    { flags: "--user", description: "save for all folders, under odw's home" },
    { flags: "--force", description: "replace a workflow that is there" },
    CWD,
    JSON_OUTPUT,
  ],
  examples: [
    ["odw workflows", "what odw run can start by name"],
    ["odw workflows show consensus", "a workflow's script and args"],
    ["odw workflows save last review", "keep the script of a run"],
    ["odw workflows init my-flow", "a commented script to begin with"],
  ],
  providers: false,
  load: () => import("../commands/workflows.ts"),
};

export const AGENTS: CommandSpec = {
  name: "agents",
  summary: "List agent definitions",
  arguments: [],
  options: [CWD, JSON_OUTPUT],
  examples: [["odw agents", "what a script can name as agentType"]],
  providers: false,
  load: () => import("../commands/agents.ts"),
};

export const PERMISSIONS: CommandSpec = {
  name: "permissions",
  summary: "Show what a command may touch, without running it",
  arguments: [{ usage: "<command...>", description: "a command line of odw", candidates: "commands" }],
  options: [JSON_OUTPUT],
  examples: [
    ["odw permissions run review.js", "hosts, folders and programs that this run may reach"],
    ["odw permissions ls", "a command that only reads the journal has no network"],
  ],
  providers: false,
  isRaw: true,
  load: () => import("../commands/permissions.ts"),
};

export const COMPLETIONS: CommandSpec = {
  name: "completions",
  summary: "Print a shell's completion script",
  arguments: [{ usage: "<shell>", description: SHELLS.join(", "), candidates: SHELLS }],
  options: [],
  examples: [
    [`eval "$(odw completions bash)"`, "in ~/.bashrc"],
    [`eval "$(odw completions zsh)"`, "in ~/.zshrc, after compinit"],
    ["odw completions fish | source", "in ~/.config/fish/config.fish"],
    ["odw completions powershell | Out-String | Invoke-Expression", "in $PROFILE"],
  ],
  providers: false,
  load: () => import("../commands/completions.ts"),
};
