// The commands that set odw up: a first configuration, a look at everything, coding agents that use odw.
import { HOST_NAMES } from "../../hosts.ts";
import type { CommandSpec } from "../command.ts";
import { JSON_OUTPUT } from "./shared_options.ts";

const HOSTS_AND_ALL = [...HOST_NAMES, "all"];

export const INIT: CommandSpec = {
  name: "init",
  summary: "Set odw up: provider, model, coding agents",
  arguments: [],
  options: [],
  examples: [["odw init", "asks in the terminal, and writes config.json in odw's home"]],
  providers: true,
  load: () => import("../commands/init.ts"),
};

export const DOCTOR: CommandSpec = {
  name: "doctor",
  summary: "Check odw's parts, and say what mends them",
  arguments: [{ usage: "[host]", description: `only this one: ${HOST_NAMES.join(", ")}`, candidates: HOST_NAMES }],
  options: [{ ...JSON_OUTPUT, description: "print the findings as JSON" }],
  examples: [
    ["odw doctor", "executable, home, config, providers, server, disk, programs and coding agents"],
    ["odw doctor codex --json", "one coding agent, for another program"],
  ],
  notes: "Exit codes: 0 nothing is wrong, 1 an error was found",
  providers: true,
  load: () => import("../commands/doctor.ts"),
};

export const INTEGRATE: CommandSpec = {
  name: "integrate",
  summary: "Register odw with a coding agent",
  arguments: [{ usage: "<host>", description: HOSTS_AND_ALL.join(", "), candidates: HOSTS_AND_ALL }],
  options: [
    { flags: "--user", description: "for all projects of this user (the default)" },
    { flags: "--project", description: "for the project in the current folder alone" },
    { flags: "--dry-run", description: "show what would change, and change nothing" },
    { flags: "--remove", description: "take out exactly what odw added" },
    { ...JSON_OUTPUT, description: "print the changes as JSON" },
  ],
  examples: [
    ["odw integrate claude", "server, skill and slash command for Claude Code"],
    ["odw integrate all --project --dry-run", "what would change in this project, for every coding agent"],
    ["odw integrate codex --remove", "take everything out again"],
  ],
  notes:
    "A file is backed up before its first change (<file>.odw-backup), and one that\ncannot be parsed is left alone",
  providers: false,
  load: () => import("../commands/integrate.ts"),
};
