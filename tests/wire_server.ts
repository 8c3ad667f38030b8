// A local server that speaks the four wire formats, told by each test what to answer.
import type { ProviderApi, ProviderSettings } from "../src/config.ts";
import { isJsonObject, type Json, type JsonObject } from "../src/json.ts";
import { documentOf, streamOf, type WireReply } from "./wire_reply.ts";

/** One request as it arrived. */
export interface WireCall {
  api: Exclude<ProviderApi, "simulated">;
  /** From 0, over all requests of this server. */
  index: number;
  method: string;
  path: string;
  headers: Headers;
  body: JsonObject;
  model: string;
  /** The last user message's text. */
  prompt: string;
  system: string;
}

/** A text, a JSON answer, a reply with tool calls, a refusal, or bytes as they shall go out. */
export type WireAnswer =
  | string
  | { json: Json }
  | WireReply
  | { status: number; headers?: Record<string, string>; body?: Json }
  | RawAnswer;

export interface RawAnswer {
  /** Each member is one chunk; a promise is awaited first. */
  raw: Iterable<string | Uint8Array | Promise<string | Uint8Array>>;
  contentType?: string;
  headers?: Record<string, string>;
  /** "close" (default): the body ends; "reset": the connection breaks, maybe before all bytes are out; "hang": nothing more comes until the client leaves. */
  end?: "close" | "reset" | "hang";
}

export interface WireServerOptions {
  answer: (call: WireCall) => WireAnswer | Promise<WireAnswer>;
  /** Model ids that the lists name. */
  models?: string[];
  /** Latency of every answer. */
  delayMs?: number;
  /** Answer one JSON document although a stream was asked for. */
  plainJson?: boolean;
}

export interface WireServer extends AsyncDisposable {
  /** `http://127.0.0.1:port`, without `/v1`. */
  url: string;
  calls: WireCall[];
  /** Most requests that were under way at once. */
  readonly peak: number;
}

export function startWireServer(options: WireServerOptions): WireServer {
  const calls: WireCall[] = [];
  const load = { now: 0, peak: 0 };
  const hanging = new AbortController();
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, async (request) => {
    load.peak = Math.max(load.peak, ++load.now);
    try {
      return await respond(request, { options, calls, closed: hanging.signal });
    } finally {
      load.now--;
    }
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    calls,
    get peak() {
      return load.peak;
    },
    async [Symbol.asyncDispose]() {
      hanging.abort();
      await server.shutdown();
    },
  };
}

/** Settings of a provider that is this server. */
export function wireProvider(
  server: { url: string },
  api: Exclude<ProviderApi, "simulated">,
  overrides: Partial<ProviderSettings> = {},
): ProviderSettings {
  const isOpenAi = api === "openai-chat" || api === "openai-responses";
  return {
    name: "wire",
    api,
    baseUrl: isOpenAi ? `${server.url}/v1` : server.url,
    apiKey: "secret-key-0123456789",
    missingKey: null,
    headers: {},
    concurrency: 16,
    version: null,
    local: false,
    quirks: {},
    ...overrides,
  };
}

const APIS: [string, WireCall["api"]][] = [
  ["/messages", "anthropic-messages"],
  ["/chat/completions", "openai-chat"],
  ["/responses", "openai-responses"],
  ["/api/chat", "ollama-chat"],
];

interface Context {
  options: WireServerOptions;
  calls: WireCall[];
  closed: AbortSignal;
}

async function respond(request: Request, { options, calls, closed }: Context): Promise<Response> {
  const path = new URL(request.url).pathname;
  const api = APIS.find(([end]) => path.endsWith(end))?.[1];
  if (!api) return modelList(path, options.models ?? ["wire-model"]);
  const call = readCall(request, await request.json() as JsonObject, { api, path, index: calls.length });
  calls.push(call);
  if (options.delayMs) await new Promise((resolve) => setTimeout(resolve, options.delayMs));
  const answer = await options.answer(call);
  if (typeof answer === "object" && "raw" in answer) return rawResponse(answer, closed);
  if (typeof answer === "object" && "status" in answer) return refusal(answer);
  const reply = replyOf(answer);
  if (call.body.stream === false || options.plainJson) return Response.json(documentOf(api, reply, call));
  const contentType = api === "ollama-chat" ? "application/x-ndjson" : "text/event-stream";
  return new Response(streamOf(api, reply, call), { headers: { "content-type": contentType } });
}

function replyOf(answer: Exclude<WireAnswer, RawAnswer | { status: number }>): WireReply {
  if (typeof answer === "string") return { text: answer };
  return "json" in answer ? { text: JSON.stringify(answer.json) } : answer;
}

function refusal(
  { status, headers, body }: { status: number; headers?: Record<string, string>; body?: Json },
): Response {
  if (typeof body === "string") return new Response(body, { status, headers: headers ?? {} });
  return Response.json(body ?? { error: { message: `status ${status}` } }, { status, headers: headers ?? {} });
}

function rawResponse({ raw, contentType, headers, end }: RawAnswer, closed: AbortSignal): Response {
  const encoder = new TextEncoder();
  const parts = raw[Symbol.iterator]();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = parts.next();
      if (!done) {
        const bytes = await value;
        return controller.enqueue(typeof bytes === "string" ? encoder.encode(bytes) : bytes);
      }
      if (end === "hang") await new Promise((resolve) => closed.addEventListener("abort", resolve, { once: true }));
      controller.close();
    },
    cancel() {},
  });
  // A body that ends before its declared length breaks the connection.
  const declared = end === "reset" ? { "content-length": "1000000" } : {};
  return new Response(body, {
    headers: { "content-type": contentType ?? "text/event-stream", ...declared, ...headers },
  });
}

function modelList(path: string, models: string[]): Response {
  if (path.endsWith("/api/tags")) return Response.json({ models: models.map((name) => ({ name, model: name })) });
  if (path.endsWith("/models")) {
    return Response.json({ object: "list", data: models.map((id) => ({ id, object: "model" })) });
  }
  return Response.json({ error: { message: `no such path: ${path}` } }, { status: 404 });
}

function readCall(request: Request, body: JsonObject, at: Pick<WireCall, "api" | "path" | "index">): WireCall {
  const turns = [body.messages, body.input].flatMap((list) => Array.isArray(list) ? list : []).filter(isJsonObject);
  const user = turns.findLast((turn) => turn.role === "user");
  const system = turns.find((turn) => turn.role === "system" || turn.role === "developer");
  return {
    ...at,
    method: request.method,
    headers: request.headers,
    body,
    model: String(body.model),
    prompt: textOf(user?.content),
    system: textOf(body.system ?? body.instructions ?? system?.content),
  };
}

function textOf(content: Json | undefined): string {
  if (!Array.isArray(content)) return typeof content === "string" ? content : "";
  return content.map((part) => isJsonObject(part) && typeof part.text === "string" ? part.text : "").join("");
}
