// The configuration files: the user's own, and those of the project from the working directory up to the repository root.
import { join } from "node:path";
import type { ConfigFile } from "../config.ts";
import { OdwError } from "../errors.ts";
import { parseConfigText } from "./config_text.ts";
import { type Owner, validateConfig } from "./validate.ts";

export interface ConfigFiles {
  userFile: string;
  user: ConfigFile;
  /** Nearest to the working directory first. */
  projects: ConfigFile[];
  warnings: string[];
}

/** Throws OdwError `config` for a file that is there and cannot be used. */
export async function readConfigFiles(home: string, projectFolders: string[]): Promise<ConfigFiles> {
  const userFile = join(home, "config.json");
  const user = await readConfigFile(userFile, "user", userFile);
  const warnings = user && holdsSecret(user) ? await exposure(userFile) : [];
  const projects: ConfigFile[] = [];
  for (const folder of projectFolders) {
    const file = join(folder, ".odw", "config.json");
    const project = file === userFile ? null : await readConfigFile(file, "project", userFile);
    if (project) projects.push(project);
  }
  return { userFile, user: user ?? {}, projects, warnings };
}

async function readConfigFile(file: string, owner: Owner, userFile: string): Promise<ConfigFile | null> {
  const text = await readTextOrNull(file);
  if (text === null) return null;
  return validateConfig(await parseConfigText(file, text), owner, userFile);
}

async function readTextOrNull(file: string): Promise<string | null> {
  const bytes = await readOrNull(file);
  if (!bytes) return null;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new OdwError("config", `cannot read ${file}: it is not UTF-8 text; save it as UTF-8`, { cause });
  }
}

async function readOrNull(file: string): Promise<Uint8Array | null> {
  try {
    return await Deno.readFile(file);
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound || cause instanceof Deno.errors.NotADirectory) return null;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new OdwError("config", `cannot read ${file}: ${reason}; make it a readable file or remove it`, { cause });
  }
}

function holdsSecret(config: ConfigFile): boolean {
  const isKept = (values: Record<string, string> | undefined) =>
    Object.values(values ?? {}).some((value) => !/^\$\{?\w+\}?$/.test(value));
  return hasPassword(config.proxy) ||
    Object.values(config.providers ?? {}).some((provider) => provider.apiKey !== undefined || provider.headers) ||
    Object.values(config.mcpServers ?? {}).some((server) => isKept("url" in server ? server.headers : server.env));
}

/** A proxy's URL may hold one. */
function hasPassword(proxy: ConfigFile["proxy"]): boolean {
  return typeof proxy === "string" && proxy.includes("@");
}

/** Windows keeps no such modes. */
async function exposure(file: string): Promise<string[]> {
  const { mode } = await Deno.stat(file);
  if (Deno.build.os === "windows" || mode === null || (mode & 0o077) === 0) return [];
  return [`${file} holds a key and other users can read it; run: chmod 600 ${file}`];
}
