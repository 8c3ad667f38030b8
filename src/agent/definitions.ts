// The agent definitions that `agentType` can name: the project's, then the user's, then the built-in ones.
import type { AgentDefinition } from "../agent.ts";
import { parse } from "node:path";
import type { Settings } from "../config.ts";
import { readContained } from "../contained_file.ts";
import { OdwError } from "../errors.ts";
import { BUILT_IN_DEFINITIONS } from "./built_in_definitions.ts";
import { type DefinitionEntry, parseDefinition } from "./definition_file.ts";
import { definitionFolders } from "./definition_folders.ts";

/** All definitions, nearest first; of several with one name only the first. Broken files are entries too: they fail when named. */
export async function readDefinitions(
  settings: Pick<Settings, "cwd" | "repositoryRoot" | "userHome">,
): Promise<DefinitionEntry[]> {
  const folders = definitionFolders(settings);
  const root = settings.repositoryRoot ?? settings.cwd;
  const read = await Promise.all(folders.map((folder) => readFolder(folder, root)));
  const byName = new Map<string, DefinitionEntry>();
  for (const entry of [...read.flat(), ...BUILT_IN_DEFINITIONS]) {
    const key = entry.name.toLowerCase();
    if (!byName.has(key)) byName.set(key, entry);
  }
  return [...byName.values()];
}

export function usableDefinitions(entries: DefinitionEntry[]): AgentDefinition[] {
  return entries.filter((entry): entry is AgentDefinition => !("broken" in entry));
}

/** By name without regard to case; `plugin:name` is a name like any other. Throws OdwError `not_found` or, for a broken file, `config`. */
export function findDefinition(name: string, entries: DefinitionEntry[]): AgentDefinition {
  const wanted = name.trim().toLowerCase();
  const found = entries.find((entry) => entry.name.toLowerCase() === wanted);
  if (!found) {
    const known = usableDefinitions(entries).map((entry) => entry.name).join(", ");
    throw new OdwError(
      "not_found",
      `Unknown agentType "${name}"; known types: ${known}. Define others in .odw/agents/<name>.md`,
    );
  }
  if ("broken" in found) {
    throw new OdwError("config", `agentType "${name}" cannot be used: ${found.source}: ${found.broken}`);
  }
  return found;
}

async function readFolder(folder: string, root: string): Promise<DefinitionEntry[]> {
  const files = await definitionFiles(folder);
  return await Promise.all(files.map((file) => readDefinition(`${folder}/${file}`, root)));
}

/** In the order of their names; none when the folder is not there or lies outside what this command may read. */
async function definitionFiles(folder: string): Promise<string[]> {
  const files: string[] = [];
  try {
    for await (const entry of Deno.readDir(folder)) {
      if (!entry.isDirectory && entry.name.endsWith(".md")) files.push(entry.name);
    }
  } catch {
    return [];
  }
  return files.sort();
}

async function readDefinition(file: string, root: string): Promise<DefinitionEntry> {
  const stem = parse(file).name;
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(await readContained(file, root));
  } catch (thrown) {
    const reason = thrown instanceof TypeError ? "it is not UTF-8 text" : `it cannot be read (${String(thrown)})`;
    return { name: stem, source: file, broken: reason };
  }
  return await parseDefinition(text, { stem, source: file });
}
