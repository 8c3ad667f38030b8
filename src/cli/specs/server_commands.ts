// The commands that let other programs use odw: MCP over stdio, HTTP, the dashboard.
import type { CommandSpec, OptionSpec } from "../command.ts";
import { collected, oneOf } from "../option_values.ts";
import { GRANTS } from "../grant_flags.ts";
import { CWD, LIMITS } from "./shared_options.ts";

export const MCP: CommandSpec = {
  name: "mcp",
  summary: "Serve coding agents over stdio, as an MCP server",
  arguments: [],
  options: [
    { flags: "--approve-in-chat", description: "let the agent's model pass on your approvals of single tool calls" },
    CWD,
  ],
  examples: [["odw mcp", "what a coding agent starts; odw integrate registers it there"]],
  notes:
    "Starts nothing until a tool is called; ends when its input ends. Runs go on in processes of their own, and may " +
    "do what the permissions of your config say: no argument of a tool can grant more.",
  providers: true,
  load: () => import("../commands/mcp.ts"),
};

const PORT: OptionSpec = { flags: "--port <n>", description: "port of loopback (default: 7345; 0: a free one)" };
const ON_STOP = ["leave", "finish"] as const;
const ON_CLIENT_GONE = ["cancel", "leave"] as const;

export const SERVE: CommandSpec = {
  name: "serve",
  summary: "Serve HTTP on this machine: API, OpenAI-compatible endpoint, dashboard",
  arguments: [],
  options: [
    PORT,
    { flags: "--host <address>", description: "listen here instead of 127.0.0.1; others need TLS or --insecure" },
    {
      flags: "--allow-host <name>",
      description: "a further name under which clients call the server; may be repeated",
      parse: collected,
    },
    { flags: "--tls-cert <file>", description: "certificate as PEM", candidates: "files" },
    { flags: "--tls-key <file>", description: "its key as PEM", candidates: "files" },
    { flags: "--insecure", description: "send the token in the clear over a network" },
    { flags: "--resume", description: "go on with interrupted runs" },
    { flags: "--open", description: "open the dashboard in the browser" },
    {
      flags: "--on-stop <mode>",
      description: "at Ctrl-C, its runs: leave (pause, resumable; default) or finish",
      parse: oneOf("--on-stop", ON_STOP),
      candidates: ON_STOP,
    },
    {
      flags: "--on-client-gone <mode>",
      description: "a chat completion's run: cancel (default) or leave",
      parse: oneOf("--on-client-gone", ON_CLIENT_GONE),
      candidates: ON_CLIENT_GONE,
    },
    ...GRANTS,
    ...LIMITS.filter(({ flags }) => /^--(model|concurrency)/.test(flags)),
    CWD,
  ],
  examples: [
    ["odw serve --open", "and the dashboard in the browser"],
    ['curl -H "Authorization: Bearer $(cat ~/.odw/token)" localhost:7345/v1/runs', "runs as JSON"],
  ],
  notes: "GET /openapi.json describes the API. Everything but /health wants the token of ODW_HOME/token.",
  providers: true,
  load: () => import("../commands/serve.ts"),
};

export const DASHBOARD: CommandSpec = {
  name: "dashboard",
  summary: "Open the dashboard of the running odw serve",
  arguments: [],
  options: [PORT, { flags: "--print", description: "print the link instead of opening it" }, CWD],
  examples: [["odw dashboard", "signs this machine's browser in, once"]],
  providers: false,
  load: () => import("../commands/dashboard.ts"),
};
