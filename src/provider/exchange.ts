// One request of any wire format over HTTP: send the body, fold the events, and leave nothing open.
import type { ProviderSettings } from "../config.ts";
import { isJsonObject, type Json, type JsonObject } from "../json.ts";
import { type GenerateOptions, ProviderError, type ProviderFailure, type TokenUsage } from "../provider.ts";
import { failureOf } from "./failure.ts";
import { FrameError, openFrames } from "./frames.ts";
import { HttpCall, type HttpShared } from "./http_call.ts";
import { redact } from "./redact.ts";
import { rateResetAt } from "./retry_hints.ts";
import type { Answer, AnswerReader, ReadState, WireFormat, WireRequest } from "./wire_format.ts";

/** What one exchange needs beside the request. */
export interface ExchangeOptions extends GenerateOptions {
  headers: Record<string, string>;
  /** The request's body as text. */
  body: string;
  shared: HttpShared;
  /** What an answer that broke off has cost, as far as its text tells. */
  estimate: (answer: Answer) => TokenUsage;
}

/** Throws ProviderError, with the usage that was reported before the failure or is estimated of a broken answer, or the signal's reason. */
export async function exchange(format: WireFormat, request: WireRequest, options: ExchangeOptions): Promise<Answer> {
  const { settings } = request;
  using call = new HttpCall(settings, options);
  const reader = format.reader(request);
  let hasBegun = false;
  try {
    const { headers, body } = options;
    const response = await call.send(format.url(settings), { method: "POST", headers, body });
    hasBegun = true;
    await readAnswer({ call, format, reader, settings }, response);
    const resetAt = rateResetAt(response.headers, settings.api, Date.now());
    return resetAt === undefined ? reader.answer() : { ...reader.answer(), rateResetAt: resetAt };
  } catch (thrown) {
    const cause = thrown instanceof FrameError ? badFrame(thrown, settings) : thrown;
    const error = call.explain(cause);
    const usage = reader.usage() ??
      (hasBegun && isBrokenOff(error, settings) ? options.estimate(reader.answer()) : null);
    throw withUsage(error, usage);
  }
}

/** The headers of every request to this provider. */
export function requestHeaders(settings: ProviderSettings): Record<string, string> {
  const headers: Record<string, string> = { "content-type": "application/json" };
  if (settings.api === "anthropic-messages") headers["anthropic-version"] = settings.version ?? "2023-06-01";
  if (settings.apiKey !== null) Object.assign(headers, keyHeader(settings, settings.apiKey));
  for (const [name, value] of Object.entries(settings.headers)) headers[name.toLowerCase()] = value;
  return headers;
}

function keyHeader(settings: ProviderSettings, key: string): Record<string, string> {
  const name = settings.quirks.keyHeader ?? (settings.api === "anthropic-messages" ? "x-api-key" : "authorization");
  return { [name.toLowerCase()]: name.toLowerCase() === "authorization" ? `Bearer ${key}` : key };
}

/** What it takes to read one response. */
export interface Reading {
  call: HttpCall;
  format: WireFormat;
  reader: AnswerReader;
  settings: ProviderSettings;
}

/** Folds a successful response into `reader`. Throws FrameError, ProviderError, or what the connection throws. */
export async function readAnswer({ call, format, reader, settings }: Reading, response: Response): Promise<void> {
  const progress: { state: ReadState } = { state: "open" };
  const frames = openFrames(format.framing, {
    event(event) {
      refuseStreamedError(event, settings);
      progress.state = reader.event(event);
      return progress.state === "ended";
    },
    ended() {
      progress.state = "ended";
    },
    document(document) {
      refuseStreamedError(document, settings);
      if (!format.isAnswer(document)) throw noAnswer(document, settings);
      reader.document(document);
      progress.state = "ended";
    },
  });
  try {
    await call.read(response, (text) => frames.push(text));
    frames.finish();
  } catch (error) {
    // The answer was there: a connection that breaks after it takes nothing away.
    if (progress.state === "open" || error instanceof ProviderError || error instanceof FrameError) throw error;
  }
  if (progress.state === "open") throw halfAnswer(settings);
}

/** Errors under status 200: `{error}`, Anthropic's and OpenAI's error events, a Responses answer that failed. */
function refuseStreamedError(event: JsonObject, settings: ProviderSettings): void {
  const response = isJsonObject(event.response) ? event.response : event;
  const failed = response.status === "failed" && (event.type === "response.failed" || event.object === "response");
  const error: Json | undefined = event.error || errorOfChoice(event) ||
    (event.type === "error" ? event : failed ? response.error : undefined);
  if (!error && !failed) return;
  const body = JSON.stringify({ error: error ?? { message: "the answer failed without a reason" } });
  throw failureOf({ status: 200, headers: null, body }, settings);
}

/** OpenRouter puts it there when a provider behind it fails. */
function errorOfChoice({ choices }: JsonObject): Json | undefined {
  const choice = Array.isArray(choices) ? choices[0] : undefined;
  return isJsonObject(choice) ? choice.error : undefined;
}

/** A gateway's own words under status 200, which a reader would take for an empty answer. */
function noAnswer(document: JsonObject, settings: ProviderSettings): ProviderError {
  const body = redact(JSON.stringify(document).slice(0, 300), settings);
  return new ProviderError(`${settings.name} answered 200 with JSON that is no answer: ${body}`, {
    code: "bad_response",
    provider: settings.name,
    status: 200,
    retryable: false,
  });
}

function halfAnswer(settings: ProviderSettings): ProviderError {
  return new ProviderError(`${settings.name} ended its answer half-way: the stream closed before its last event`, {
    code: "service_unavailable",
    provider: settings.name,
    status: 200,
    retryable: true,
  });
}

/** Garbage may be gone with the next attempt; a page of HTML under status 200 stays. */
function badFrame(error: FrameError, settings: ProviderSettings): ProviderError {
  const isPage = error.message.includes("HTML");
  const hint = isPage ? `; check baseUrl of provider ${settings.name}` : "";
  return new ProviderError(`${settings.name} sent ${redact(error.message, settings)}${hint}`, {
    code: "bad_response",
    provider: settings.name,
    status: 200,
    retryable: !isPage,
  });
}

/** The provider worked on it, and bills what it did, though its report of it never came. */
function isBrokenOff(error: unknown, { api }: ProviderSettings): boolean {
  // A host's answer comes whole or not at all, and the host pays.
  if (api === "mcp-sampling") return false;
  return error instanceof ProviderError && (error.code === "service_unavailable" || error.code === "stalled");
}

function withUsage(thrown: unknown, usage: TokenUsage | null): unknown {
  if (!(thrown instanceof ProviderError) || thrown.usage || !usage) return thrown;
  const { code, provider, status, retryable, retryAfterMs, resetAt, closes } = thrown;
  const failure: ProviderFailure = { code, provider, status, retryable, usage };
  if (retryAfterMs !== undefined) failure.retryAfterMs = retryAfterMs;
  if (resetAt !== undefined) failure.resetAt = resetAt;
  if (closes) failure.closes = true;
  return new ProviderError(thrown.message, failure);
}
