// odw doctor, the models: configuration, providers with their keys, Ollama, and the server of this machine.
import type { ProviderSettings, Settings } from "../config.ts";
import { errorInfo } from "../errors.ts";
import type { Finding, MachineExamination } from "../hosts.ts";
import { isJsonObject, type Json } from "../json.ts";
import { Outgoing } from "../lib/outgoing.ts";
import type { ProviderModels } from "../provider.ts";
import { isHostModel } from "../sampling.ts";
import { BUILT_IN_ROUTES } from "../vendors.ts";
import { failed, ok, warning } from "./finding.ts";

const SERVER = "http://127.0.0.1:7345";
/** What fewer tokens hold is not enough for an agent with tools. */
const SMALL_CONTEXT = 8192;

export function examineConfig({ settings, warnings, places }: MachineExamination): Finding[] {
  const check = "config";
  if (settings instanceof Error) {
    return [failed(check, errorInfo(settings).message, "correct the file at the line that is named, or run: odw init")];
  }
  const findings = warnings.map((text) => warning(check, text, repairIn(text)));
  if (settings.simulated) {
    return [...findings, warning(check, "no provider is configured: runs use the simulated one", "odw init")];
  }
  const model = settings.models["default"];
  return [...findings, ok(check, model ? `the default model is ${model}` : `read from ${places.odwHome}`)];
}

export async function examineProviders(
  settings: Settings,
  models: () => Promise<ProviderModels[]>,
  signal: AbortSignal,
): Promise<Finding[]> {
  using outgoing = new Outgoing(settings.network);
  const usable = settings.providers.filter(({ missingKey, api }) => missingKey === null && api !== "simulated");
  const [lists, times] = await Promise.all([
    models(),
    Promise.all(usable.map(({ baseUrl }) => latencyOf(baseUrl, { outgoing, signal }))),
  ]);
  const findings = usable.flatMap((provider, i) => {
    const list = lists.find((one) => one.provider === provider.name);
    return list ? providerFinding(provider, list, { settings, latencyMs: times[i] ?? null }) : [];
  });
  return [...findings, ...missingKeys(settings), ...missingModels(settings, lists), ...hostModels(settings)];
}

/** Version, models and how much they take in. */
export async function examineOllama(settings: Settings, signal: AbortSignal): Promise<Finding[]> {
  const check = "ollama";
  const ollama = settings.providers.find(({ api }) => api === "ollama-chat");
  if (!ollama) return [];
  using outgoing = new Outgoing(settings.network);
  const ask = (path: string) => answerOf(`${ollama.baseUrl}${path}`, { outgoing, signal });
  const [version, tags, loaded] = await Promise.all([ask("/api/version"), ask("/api/tags"), ask("/api/ps")]);
  if (!isJsonObject(version)) {
    if (!isUsed(ollama.name, settings)) {
      return [ok(check, `no Ollama answers at ${ollama.baseUrl}, and none is needed`)];
    }
    return [failed(check, `no Ollama answers at ${ollama.baseUrl}`, "ollama serve, or set OLLAMA_HOST to where it is")];
  }
  const names = modelsIn(tags).map(({ name }) => String(name));
  const detail = `Ollama ${version.version} at ${ollama.baseUrl} has ${names.length} model${
    names.length === 1 ? "" : "s"
  }`;
  if (names.length === 0) return [warning(check, detail, "ollama pull qwen3:8b")];
  const small = modelsIn(loaded).filter(({ context_length: size }) => typeof size === "number" && size < SMALL_CONTEXT);
  const contexts = small.map(({ name, context_length: size }) =>
    warning(
      check,
      `${name} is loaded with a context of ${size} tokens; odw asks for more with each call, and it is loaded anew then`,
      "start Ollama with OLLAMA_CONTEXT_LENGTH=32768, so that all programs share one",
    )
  );
  return [
    ok(check, `${detail}: ${names.slice(0, 5).join(", ")}; odw sets the context size with each call`),
    ...contexts,
  ];
}

export async function examineServer({ places, version }: MachineExamination, signal: AbortSignal): Promise<Finding[]> {
  const check = "server";
  using outgoing = new Outgoing();
  const answer = await answerOf(`${SERVER}/health`, { outgoing, signal });
  if (answer === null) return [ok(check, "not running; odw serve starts it")];
  if (!isJsonObject(answer) || answer.status !== "ok") {
    return [warning(check, `another program answers at ${SERVER}`, "odw serve --port 7346")];
  }
  const token = await Deno.stat(`${places.odwHome}/token`).catch(() => null);
  if (!token) {
    return [
      warning(
        check,
        `${SERVER} runs, but not from this home: ${places.odwHome} has no token`,
        "set ODW_HOME as it was when the server was started",
      ),
    ];
  }
  if (answer.version === version) return [ok(check, `${SERVER} runs odw ${version}`)];
  return [warning(check, `${SERVER} runs odw ${answer.version}, this one is ${version}`, "stop it and run: odw serve")];
}

function providerFinding(
  { name, baseUrl, local, apiKey }: ProviderSettings,
  { models, error }: ProviderModels,
  { settings, latencyMs }: { settings: Settings; latencyMs: number | null },
): Finding[] {
  const check = `provider ${name}`;
  const time = latencyMs === null ? "" : `, ${latencyMs} ms`;
  const offer = `${baseUrl} offers ${models.length} ${models.length === 1 ? "model" : "models"}`;
  if (!error) return [ok(check, `${offer}${apiKey === null ? "" : " and takes the key"}${time}`)];
  // Every server that could be on this machine is asked; the ones that nobody named need not be there.
  if (local && !isUsed(name, settings)) return [];
  const repair = /40[13]|key|authent/i.test(error)
    ? `give ${name} a valid key`
    : latencyMs === null
    ? `see whether ${baseUrl} can be reached from here, or correct providers.${name}.baseUrl`
    : `correct providers.${name}`;
  return [isUsed(name, settings) ? failed(check, error, repair) : warning(check, error, repair)];
}

/** Providers that a configured model needs and that have no key. */
function missingKeys(settings: Settings): Finding[] {
  return settings.providers
    .filter(({ name, api, missingKey }) => missingKey !== null && api !== "mcp-sampling" && isUsed(name, settings))
    .map(({ name, missingKey }) => failed(`provider ${name}`, "it has no key", missingKey ?? ""));
}

/** They are there for runs of a host that lends its model, and nowhere else. */
function hostModels({ models }: Settings): Finding[] {
  const names = Object.entries(models).filter(([, model]) => isHostModel(model)).map(([name]) => name);
  if (names.length === 0) return [];
  const detail =
    `models.${names.join(", models.")} ${names.length === 1 ? "is" : "are"} a coding agent's own (MCP sampling): ` +
    "only runs that VS Code or Copilot CLI starts can use it";
  return [warning("host model", detail, "give --model in a terminal, or choose a provider's model with odw init")];
}

/** Only where the provider answered: a list that is not there tells nothing. */
function missingModels({ models }: Settings, lists: ProviderModels[]): Finding[] {
  const findings = Object.entries(models).flatMap(([alias, model]) => {
    const list = lists.find(({ provider }) => provider === providerOf(model));
    if (!list || list.error || list.models.length === 0) return [];
    const id = model.startsWith(`${list.provider}/`) ? model : `${list.provider}/${model}`;
    const tagged = `${id}:latest`;
    if (list.models.some((one) => one.id === id || one.id === tagged)) return [];
    const detail = `${list.provider} does not offer ${model}, which ${alias} stands for`;
    const repair = `choose one that odw models shows, and set models.${alias}`;
    return [alias === "default" ? failed(`model ${alias}`, detail, repair) : warning(`model ${alias}`, detail, repair)];
  });
  return findings.filter(({ detail }, i) => findings.findIndex((one) => one.detail === detail) === i);
}

function isUsed(provider: string, { models }: Settings): boolean {
  return Object.values(models).some((model) => providerOf(model) === provider);
}

/** By prefix, else by what the id tells by itself. */
function providerOf(model: string): string | null {
  const slash = model.indexOf("/");
  if (slash > 0) return model.slice(0, slash);
  const matches = (glob: string) =>
    new RegExp(`^${glob.replace(/[.+?^${}()|\\]/g, "\\$&").replaceAll("*", ".*")}$`).test(model);
  return BUILT_IN_ROUTES.find(({ match }) => matches(match))?.provider ?? null;
}

/** To the first byte of any answer; null: none came. No key is sent. */
async function latencyOf(
  baseUrl: string,
  { outgoing, signal }: { outgoing: Outgoing; signal: AbortSignal },
): Promise<number | null> {
  const start = performance.now();
  try {
    const response = await outgoing.fetch(baseUrl, { method: "HEAD", redirect: "manual", signal });
    await response.body?.cancel();
    return Math.round(performance.now() - start);
  } catch {
    return null; // the list of models says what is wrong
  }
}

/** null: no answer, or none in JSON. */
async function answerOf(
  url: string,
  { outgoing, signal }: { outgoing: Outgoing; signal: AbortSignal },
): Promise<Json> {
  try {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(2_000)]);
    const response = await outgoing.fetch(url, { signal: limit, redirect: "error" });
    const text = await response.text();
    try {
      return JSON.parse(text) as Json;
    } catch {
      return text;
    }
  } catch {
    return null;
  }
}

function modelsIn(answer: Json): Record<string, Json>[] {
  const models = isJsonObject(answer) ? answer.models : null;
  return Array.isArray(models) ? models.filter(isJsonObject) : [];
}

function repairIn(text: string): string {
  return /run: (.+)$/.exec(text)?.[1] ?? /; ([^;]+)$/.exec(text)?.[1] ?? "odw init";
}
