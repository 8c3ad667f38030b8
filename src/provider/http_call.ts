// One HTTP exchange with one lifetime: the caller's signal, the stall watchdog, the size cap, and what its errors mean.
import type { ProviderSettings } from "../config.ts";
import { certificateHint, type Network, Outgoing } from "../lib/outgoing.ts";
import { ProviderError, type ProviderFailure } from "../provider.ts";
import { Buffers, ByteReader } from "./byte_reader.ts";
import { failureOf } from "./failure.ts";
import { hostGone } from "./mcp_sampling.ts";
import { redact } from "./redact.ts";
import { Utf8Pieces } from "./utf8_pieces.ts";
import { Watchdog, type Watched } from "./watchdog.ts";

/** No answer is larger than this; the rest is never read. */
export const MAX_ANSWER_BYTES = 64 * 1024 * 1024;
const MAX_ERROR_BYTES = 64 * 1024;
/** A body that declares at most this many bytes is read in one piece: much cheaper than a stream of one chunk. */
const WHOLE_BYTES = 64 * 1024;
/** How long a server may take to close a stream after its last event, before the connection is given up. */
const CLOSE_GRACE_MS = 200;

/** What the calls of one connection share. */
export interface HttpShared {
  watchdog: Watchdog;
  buffers: Buffers;
  outgoing: Outgoing;
}

/** `network`: default direct. */
export function newHttpShared(network?: Network): HttpShared {
  return { watchdog: new Watchdog(), buffers: new Buffers(), outgoing: new Outgoing(network) };
}

/** How long and how much a call may take. */
export interface HttpCallOptions {
  signal: AbortSignal;
  /** 0: no watchdog. */
  stallMs: number;
  /** Default MAX_ANSWER_BYTES. */
  maxBytes?: number;
  /** Default: its own. */
  shared?: HttpShared;
}

/** Dispose it when the answer was read: the watch and the listener on the caller's signal go with it. */
export class HttpCall implements Disposable {
  readonly #settings: ProviderSettings;
  readonly #options: HttpCallOptions;
  readonly #shared: HttpShared;
  readonly #maxBytes: number;
  readonly #abort = new AbortController();
  readonly #onAbort = () => this.#abort.abort(this.#options.signal.reason);
  readonly #watched: Watched = { dueMs: Infinity, giveUp: () => this.#giveUp() };
  /** The answer is complete; only the end of its connection is still waited for. */
  #isDraining = false;
  #stalled = false;
  #bytes = 0;

  constructor(settings: ProviderSettings, options: HttpCallOptions) {
    this.#settings = settings;
    this.#options = options;
    this.#shared = options.shared ?? newHttpShared();
    this.#maxBytes = options.maxBytes ?? MAX_ANSWER_BYTES;
    options.signal.throwIfAborted();
    options.signal.addEventListener("abort", this.#onAbort, { once: true });
    this.#sawBytes();
    this.#shared.watchdog.add(this.#watched);
  }

  /** Throws a ProviderError for every status but 2xx. */
  async send(url: string, init: RequestInit): Promise<Response> {
    const response = await this.#shared.outgoing.fetch(url, {
      ...init,
      redirect: "manual",
      signal: this.#abort.signal,
    });
    if (response.ok) return response;
    const refusal = { status: response.status, headers: response.headers, body: await this.#errorText(response) };
    throw failureOf(refusal, this.#settings);
  }

  /**
   * Gives the body's text piece by piece until it ends or `take` returns true for its last event; then a short wait for the end lets
   * the connection be used again. The body is closed in any case.
   */
  async read(response: Response, take: (text: string) => boolean): Promise<void> {
    const declared = Number(response.headers.get("content-length") ?? NaN);
    const isPlain = !response.headers.has("content-encoding");
    if (isPlain && declared <= Math.min(WHOLE_BYTES, this.#maxBytes)) return await this.#readWhole(response, take);
    if (!response.body) return;
    const reader = new ByteReader(response.body, this.#shared.buffers);
    const decoder = new Utf8Pieces();
    try {
      if (declared > this.#maxBytes) throw this.#tooLarge();
      for (;;) {
        const value = await reader.read();
        if (!value) break;
        this.#count(value.byteLength);
        if (take(this.#decoded(() => decoder.decode(value)))) return await this.#drain(reader);
      }
      this.#decoded(() => decoder.end());
    } finally {
      await reader.close();
    }
  }

  /** What `thrown` means: the signal's own reason, or a ProviderError. */
  explain(thrown: unknown): unknown {
    if (this.#options.signal.aborted) return this.#options.signal.reason;
    if (this.#stalled) return this.#stall();
    if (thrown instanceof ProviderError) return thrown;
    return networkFailure(thrown, this.#settings, this.#shared.outgoing);
  }

  [Symbol.dispose](): void {
    this.#shared.watchdog.delete(this.#watched);
    this.#options.signal.removeEventListener("abort", this.#onAbort);
  }

  #sawBytes(): void {
    const { stallMs } = this.#options;
    if (stallMs > 0) this.#watched.dueMs = this.#shared.watchdog.after(stallMs);
  }

  #giveUp(): void {
    this.#stalled = !this.#isDraining;
    this.#abort.abort();
  }

  #stall(): ProviderError {
    const what = `${this.#settings.name} sent nothing for ${this.#options.stallMs} ms`;
    return this.#failure(`${what}; the call was given up`, { code: "stalled", retryable: true });
  }

  #count(bytes: number): void {
    this.#sawBytes();
    this.#bytes += bytes;
    if (this.#bytes > this.#maxBytes) throw this.#tooLarge();
  }

  #tooLarge(): ProviderError {
    const text =
      `${this.#settings.name} sent an answer larger than ${this.#maxBytes} bytes; it was not read to its end`;
    return this.#failure(text, { code: "bad_response", retryable: false });
  }

  async #readWhole(response: Response, take: (text: string) => boolean): Promise<void> {
    const bytes = new Uint8Array(await response.arrayBuffer());
    this.#count(bytes.byteLength);
    const decoder = new Utf8Pieces();
    const text = this.#decoded(() => decoder.decode(bytes));
    this.#decoded(() => decoder.end());
    take(text);
  }

  #decoded<Text>(decode: () => Text): Text {
    try {
      return decode();
    } catch {
      const text = `${this.#settings.name} sent an answer that is not valid UTF-8`;
      throw this.#failure(text, { code: "bad_response", retryable: true });
    }
  }

  async #drain(reader: ByteReader): Promise<void> {
    this.#isDraining = true;
    this.#watched.dueMs = this.#shared.watchdog.after(CLOSE_GRACE_MS);
    try {
      while (await reader.read());
    } catch {
      // The answer is complete: how its connection ends does not matter any more.
    }
  }

  async #errorText(response: Response): Promise<string> {
    const parts: string[] = [];
    const decoder = new TextDecoder();
    const reader = response.body?.getReader();
    let bytes = 0;
    try {
      while (reader && bytes < MAX_ERROR_BYTES) {
        const { done, value } = await reader.read();
        if (done) break;
        bytes += value.byteLength;
        this.#sawBytes();
        parts.push(decoder.decode(value, { stream: true }));
      }
    } finally {
      await reader?.cancel().catch(() => undefined);
    }
    return parts.join("");
  }

  #failure(message: string, failure: Pick<ProviderFailure, "code" | "retryable">): ProviderError {
    return new ProviderError(message, { ...failure, provider: this.#settings.name, status: 0 });
  }
}

/** Everything that fails before or beside HTTP. The original error is not kept as cause: its text holds the URL. */
function networkFailure(thrown: unknown, settings: ProviderSettings, outgoing: Outgoing): ProviderError {
  const words = networkWords(thrown);
  const said = redact(words, settings);
  const of = (code: ProviderFailure["code"], retryable: boolean, text: string) =>
    new ProviderError(text, { code, provider: settings.name, status: 0, retryable });
  const place = `${settings.name} at ${origin(settings)}${throughProxy(settings, outgoing)}`;
  if (thrown instanceof Deno.errors.NotCapable) {
    return of("denied", false, `Reaching ${place} is not permitted to this command: ${said}`);
  }
  if (/invalid url|scheme|are blocked/i.test(words)) {
    return of("config", false, `${place} has an unusable baseUrl: ${said}; correct it in config.json`);
  }
  if (/certificate|\btls\b|\bssl\b|handshake|corrupt message|peer sent/i.test(words)) {
    return of("service_unavailable", false, `The TLS connection to ${place} failed: ${said}${certificateHint(words)}`);
  }
  if (settings.api === "mcp-sampling") return hostGone("it cannot be reached any more", settings);
  if (/refused|dns error|lookup|unreachable|no route|tcp connect/i.test(words)) {
    return of("service_unavailable", true, `${place} cannot be reached: ${said}; is it running, and is baseUrl right?`);
  }
  return of("service_unavailable", true, `The connection to ${place} broke: ${said}`);
}

/** What happened, without addresses: newer versions of Deno say it in the cause of a bare "fetch failed". */
function networkWords(thrown: unknown): string {
  const inner = thrown instanceof Error && thrown.cause instanceof Error ? thrown.cause : thrown;
  const words = inner instanceof Error ? inner.message : String(inner);
  return words.replace(/^error sending request.*?: client error \(\w+\): /, "");
}

/** What broke may be the proxy as well. */
function throughProxy({ baseUrl }: ProviderSettings, outgoing: Outgoing): string {
  const proxy = URL.canParse(baseUrl) ? outgoing.proxyFor(baseUrl) : null;
  return proxy === null ? "" : `, through the proxy ${proxy},`;
}

function origin(settings: ProviderSettings): string {
  return URL.canParse(settings.baseUrl) ? new URL(settings.baseUrl).origin : redact(settings.baseUrl, settings);
}
