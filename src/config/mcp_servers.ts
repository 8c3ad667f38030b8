// The MCP servers of the user's file, with the variables in their values put in.
import type { ConfigFile, McpServer } from "../config.ts";
import { OdwError } from "../errors.ts";

interface ServerSources {
  configured: NonNullable<ConfigFile["mcpServers"]>;
  env: (name: string) => string | undefined;
  userFile: string;
}

/** As written in the file: all members are possible. */
interface WrittenServer {
  command?: string;
  args?: string[];
  env?: Record<string, string>;
  cwd?: string;
  url?: string;
  headers?: Record<string, string>;
}

/** Throws OdwError `config` for one that is neither a program nor an address, or names a variable that is not set. */
export function grantedServers(names: string[], sources: ServerSources): Record<string, McpServer> {
  return Object.fromEntries(names.map((name) => [name, serverOf(name, sources)]));
}

function serverOf(name: string, { configured, env, userFile }: ServerSources): McpServer {
  const { command, args, env: variables, cwd, url, headers } = configured[name] as WrittenServer;
  const place = `${userFile}: mcpServers.${name}`;
  const expanded = (values: Record<string, string>, member: string) =>
    Object.fromEntries(
      Object.entries(values).map(([key, value]) => [key, expand(value, { env, place: `${place}.${member}.${key}` })]),
    );
  if ((command === undefined) === (url === undefined)) {
    throw new OdwError(
      "config",
      `${place} has ${command ? "both" : "neither"} command ${command ? "and" : "nor"} url; give one of them`,
    );
  }
  if (url !== undefined) return { url, ...headers ? { headers: expanded(headers, "headers") } : {} };
  return {
    command: command!,
    ...args ? { args: args.map((arg) => expand(arg, { env, place: `${place}.args` })) } : {},
    ...variables ? { env: expanded(variables, "env") } : {},
    ...cwd ? { cwd } : {},
  };
}

/** `$NAME`, `${NAME}` and `${NAME:-value when it is not set}`; `$$` is a dollar sign. */
function expand(text: string, { env, place }: { env: ServerSources["env"]; place: string }): string {
  return text.replace(/\$\$|\$\{(\w+)(?::-([^}]*))?\}|\$([A-Za-z_]\w*)/g, (whole, braced, fallback, plain) => {
    if (whole === "$$") return "$";
    const name: string = braced ?? plain;
    const value = env(name) ?? fallback;
    if (value !== undefined) return value;
    throw new OdwError(
      "config",
      `${place} needs the environment variable ${name}, which is not set; set it, or write $$ for a dollar sign`,
    );
  });
}
