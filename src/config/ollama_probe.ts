// Whether an Ollama answers on this machine, and with which models.
import { type Network, Outgoing } from "../lib/outgoing.ts";

/** The models at an Ollama's base URL; null when none answers in time. */
export type ProbeOllama = (baseUrl: string, network: Network) => Promise<string[] | null>;

/** Nobody shall wait for a server that is not there. */
const PROBE_TIMEOUT_MS = 250;

export async function probeOllama(baseUrl: string, network: Network): Promise<string[] | null> {
  using outgoing = new Outgoing(network);
  try {
    const response = await outgoing.fetch(`${baseUrl}/api/tags`, {
      signal: AbortSignal.timeout(PROBE_TIMEOUT_MS),
      redirect: "error",
    });
    if (response.ok) return modelNames(await response.json());
    await response.body?.cancel();
    return null;
  } catch {
    return null; // refused, too slow, not permitted, or another kind of server: there is no Ollama to use
  }
}

/** Those that can chat: embedding models cannot. */
function modelNames(answer: unknown): string[] | null {
  const models = (answer as { models?: unknown } | null)?.models;
  if (!Array.isArray(models)) return null;
  return models.map((model: { name?: unknown } | null) => model?.name)
    .filter((name): name is string => typeof name === "string" && !/embed/i.test(name));
}
