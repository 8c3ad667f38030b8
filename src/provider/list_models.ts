// Asks the providers what they offer; what goes wrong becomes data.
import type { ProviderSettings } from "../config.ts";
import { isJsonObject, type Json, type JsonObject } from "../json.ts";
import type { Network } from "../lib/outgoing.ts";
import type { ModelInfo, ProviderModels } from "../provider.ts";
import { messagesModelsUrl } from "./anthropic_messages.ts";
import { requestHeaders } from "./exchange.ts";
import { HttpCall, newHttpShared } from "./http_call.ts";
import { count } from "./wire_value.ts";

/** A provider that does not answer in this time is listed as silent. */
const LIST_TIMEOUT_MS = 10_000;
const MAX_LIST_BYTES = 16 * 1024 * 1024;

/** `timeoutMs`: default 10,000. `network`: default direct. */
export interface ListOptions {
  signal: AbortSignal;
  priceOf: (model: string) => ModelInfo["price"];
  timeoutMs?: number;
  network?: Network;
}

/** Rejects only with the signal's reason. */
export async function listModels(settings: ProviderSettings, options: ListOptions): Promise<ProviderModels> {
  const provider = settings.name;
  if (settings.missingKey !== null) return { provider, models: [], error: `not set up: ${settings.missingKey}` };
  // The host chooses by the name, and tells no list.
  if (settings.api === "mcp-sampling") return { provider, models: [{ id: `${provider}/default`, price: null }] };
  const timeoutMs = options.timeoutMs ?? LIST_TIMEOUT_MS;
  const timeout = AbortSignal.timeout(timeoutMs);
  const signal = AbortSignal.any([options.signal, timeout]);
  try {
    const entries = await fetchList(settings, signal, options.network);
    return { provider, models: entries.map((entry) => modelInfo(entry, settings, options)) };
  } catch (error) {
    options.signal.throwIfAborted();
    if (timeout.aborted) return { provider, models: [], error: `${provider} did not answer within ${timeoutMs} ms` };
    return { provider, models: [], error: error instanceof Error ? error.message : String(error) };
  }
}

async function fetchList(
  settings: ProviderSettings,
  signal: AbortSignal,
  network: Network | undefined,
): Promise<JsonObject[]> {
  const shared = newHttpShared(network);
  using _outgoing = shared.outgoing;
  using call = new HttpCall(settings, { signal, stallMs: 0, maxBytes: MAX_LIST_BYTES, shared });
  const parts: string[] = [];
  try {
    const response = await call.send(listUrl(settings), { headers: requestHeaders(settings) });
    await call.read(response, (text) => {
      parts.push(text);
      return false;
    });
  } catch (error) {
    throw call.explain(error);
  }
  return entriesOf(parts.join(""), settings);
}

function listUrl(settings: ProviderSettings): string {
  if (settings.api === "anthropic-messages") return messagesModelsUrl(settings);
  return settings.api === "ollama-chat" ? `${settings.baseUrl}/api/tags` : `${settings.baseUrl}/models`;
}

/** `data` in most lists, `models` in Ollama's, a bare list in Together's. */
function entriesOf(text: string, settings: ProviderSettings): JsonObject[] {
  let json: Json;
  try {
    json = JSON.parse(text) as Json;
  } catch {
    throw new TypeError(`${settings.name} answered no JSON to the question for its models; check its baseUrl`);
  }
  const list = isJsonObject(json) ? json.data ?? json.models : json;
  if (!Array.isArray(list)) throw new TypeError(`${settings.name} answered no list of models; check its baseUrl`);
  return list.filter(isJsonObject);
}

function modelInfo(entry: JsonObject, settings: ProviderSettings, { priceOf }: ListOptions): ModelInfo {
  const id = `${settings.name}/${String(entry.id ?? entry.name ?? "").replace(/^models\//, "")}`;
  const context = CONTEXT_FIELDS.map((field) => count(entry[field])).find((tokens) => tokens > 0);
  const info: ModelInfo = { id, price: priceOf(id) };
  if (context !== undefined) info.contextTokens = context;
  return info;
}

/** As Anthropic, OpenRouter, Groq, vLLM, Mistral and LM Studio name it. */
const CONTEXT_FIELDS = ["max_input_tokens", "context_length", "context_window", "max_model_len", "max_context_length"];
