// What a newcomer's machine offers already: keys in the environment, an Ollama that answers.
import type { FoundProvider, HostPlaces } from "../hosts.ts";
import { VENDORS } from "../vendors.ts";

/** Nobody shall wait for a server that is not there. */
const PROBE_TIMEOUT_MS = 500;

export async function findProviders(places: HostPlaces): Promise<FoundProvider[]> {
  const keyed = VENDORS.flatMap(({ name, apiKeyEnv }) =>
    apiKeyEnv !== null && places.env(apiKeyEnv) ? [{ name, where: apiKeyEnv }] : []
  );
  return [...keyed, ...await findOllama(places)];
}

async function findOllama(places: HostPlaces): Promise<FoundProvider[]> {
  const ollama = VENDORS.find(({ name }) => name === "ollama");
  const given = places.env("OLLAMA_HOST")?.trim();
  const url = given ? (given.includes("://") ? given : `http://${given}`) : ollama?.baseUrl ?? "";
  try {
    const response = await fetch(new URL("/api/version", url), {
      signal: AbortSignal.timeout(PROBE_TIMEOUT_MS),
      redirect: "error",
    });
    await response.body?.cancel();
    return response.ok ? [{ name: "ollama", where: url }] : [];
  } catch {
    return []; // none answers
  }
}
