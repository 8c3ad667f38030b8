// The first configuration file of a user: short, with comments that say what else can stand there.
import type { ConfigChoice, HostPlaces } from "../hosts.ts";
import { backUp, readHostFile, writeHostFile } from "./host_file.ts";
import { pathsOf } from "./paths.ts";

/** Readable by its user alone, since it may hold a key. Throws OdwError `config`. */
export async function writeConfig(
  places: HostPlaces,
  choice: ConfigChoice,
): Promise<{ path: string; backup: string | null }> {
  const path = pathsOf(places).join(places.odwHome, "config.json");
  await Deno.mkdir(places.odwHome, { recursive: true, mode: 0o700 });
  const file = await readHostFile(path);
  const backup = await backUp(file);
  await writeHostFile({ ...file, mode: 0o600, hasMark: false }, configText(choice));
  return { path, backup };
}

export function configText({ provider, model, baseUrl, api, apiKeyEnv, apiKey }: ConfigChoice): string {
  const given = Object.entries({ api, baseUrl, apiKeyEnv, apiKey }).filter(([, value]) => value !== undefined);
  const members = given.map(([key, value]) => `${JSON.stringify(key)}: ${JSON.stringify(value)}`).join(", ");
  const models = model === undefined ? "{}" : `{ "default": ${JSON.stringify(model)} }`;
  return `{
  // Where models are. "apiKeyEnv" names the environment variable that holds the key.
  "providers": {
    ${JSON.stringify(provider)}: ${members === "" ? "{}" : `{ ${members} }`}
  },
  // "default" answers wherever a script names no model; "fast" and "planning" can be others.
  "models": ${models},
  // Limits of one run; "outputTokens" and "costUsd" can stand here too.
  "limits": { "concurrency": 16, "agents": 1000 }
}
`;
}
