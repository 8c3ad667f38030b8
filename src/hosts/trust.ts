// The trust that a host's user has to give, where its files tell whether it was given.
import type { HostPlaces, HostScope } from "../hosts.ts";
import { isJsonObject, type Json } from "../json.ts";
import { readHostFile } from "./host_file.ts";
import type { HostSpec } from "./host_spec.ts";
import { HOSTS } from "./host_table.ts";
import { parseJsonText } from "./json_text.ts";
import { inHome, inMovable, pathsOf } from "./paths.ts";
import { parseTomlText } from "./toml_edit.ts";

/** What is missing, as a sentence; null: nothing, or it cannot be told. */
export async function missingTrust(
  { name, files }: HostSpec,
  places: HostPlaces,
  scope: HostScope,
): Promise<string | null> {
  if (name === "gemini") return await missingGeminiTrust(places);
  if (scope === "user") return null;
  if (name === "codex") return await missingCodexTrust(places);
  if (name === "claude") return await missingClaudeApproval(places, files(places, scope)[0] ?? "");
  return name === "copilot" ? await missingCopilotTrust(places) : null;
}

/** Codex keeps trusted projects in the user's file. */
async function missingCodexTrust(places: HostPlaces): Promise<string | null> {
  const path = HOSTS.codex.files(places, "user")[0] ?? "";
  const { text } = await readHostFile(path);
  const { value } = await parseTomlText(text ?? "", path);
  const isTrusted = foldersUp(places).some((folder) => at(value, "projects", folder, "trust_level") === "trusted");
  return isTrusted ? null : `Codex does not trust ${places.project} yet, and reads its file in trusted projects only`;
}

/** Claude Code asks once for each server of a project. */
async function missingClaudeApproval(places: HostPlaces, projectFile: string): Promise<string | null> {
  const value = await jsonOf(HOSTS.claude.files(places, "user")[0] ?? "");
  const approved = at(value, "projects", places.project, "enabledMcpjsonServers");
  const isApproved = Array.isArray(approved) && approved.includes("odw");
  return isApproved ? null : `the server odw of ${projectFile} is not approved in Claude Code yet`;
}

/** Gemini CLI trusts no folder by itself, unless its user switched that off. */
async function missingGeminiTrust(places: HostPlaces): Promise<string | null> {
  const settings = await jsonOf(HOSTS.gemini.files(places, "user")[0] ?? "");
  if (at(settings, "security", "folderTrust", "enabled") === false) return null;
  if (places.env("GEMINI_CLI_TRUST_WORKSPACE") === "true") return null;
  const trusted = await jsonOf(inHome(places, ".gemini", "trustedFolders.json"));
  const nearest = foldersUp(places).map((folder) => at(trusted, folder)).find((level) => level !== undefined);
  if (nearest === "TRUST_FOLDER" || nearest === "TRUST_PARENT") return null;
  return `Gemini CLI does not trust ${places.project}, and starts no server there`;
}

async function missingCopilotTrust(places: HostPlaces): Promise<string | null> {
  const config = await jsonOf(inMovable(places, { variable: "COPILOT_HOME", usual: ".copilot" }, "config.json"));
  const trusted = [at(config, "trusted_folders"), at(config, "trustedFolders")].find(Array.isArray) ?? [];
  const isTrusted = foldersUp(places).some((folder) => trusted.includes(folder));
  return isTrusted
    ? null
    : `Copilot CLI does not trust ${places.project} yet, and reads its file in trusted folders only`;
}

/** An empty object for a file that is not there. Throws OdwError `config`. */
async function jsonOf(path: string): Promise<Json> {
  const { text } = await readHostFile(path);
  return text?.trim() ? (await parseJsonText(text, { file: path, strict: false })).value : {};
}

/** The project first, then every folder above it: trust goes down. */
function foldersUp(places: HostPlaces): string[] {
  const { dirname } = pathsOf(places);
  const folders = [places.project];
  for (let last = places.project; dirname(last) !== last; last = dirname(last)) folders.push(dirname(last));
  return folders;
}

function at(value: Json | undefined, ...path: string[]): Json | undefined {
  return path.reduce<Json | undefined>((found, key) => isJsonObject(found) ? found[key] : undefined, value);
}
