// The way of a run's process to the host's model: an HTTP listener on loopback that only who holds a token can use.
import { isJsonObject, type JsonObject } from "../json.ts";
import { isSameSecret, newSecret } from "../secret.ts";
import type { SamplingReply } from "../sampling.ts";

/** Asks the host: `params` of sampling/createMessage, for the run that `owner` names. Settles in any case. */
export type AskHost = (owner: string, params: JsonObject, signal: AbortSignal) => Promise<SamplingReply>;

export interface SamplingBridge {
  port: number;
  /** The same for each call with that owner. */
  tokenOf(owner: string): string;
  /** Ends what is under way. */
  close(): Promise<void>;
}

/** A message on the host's pipe may have 10 MB. */
const MOST_BODY_BYTES = 8 * 1024 * 1024;
/** What is read of a larger one and thrown away: a client that is refused while it still sends may not hear why. */
const MOST_READ_BYTES = 8 * MOST_BODY_BYTES;
/** At once, over all runs of the host. */
const MOST_REQUESTS = 64;
/** Shows the run's stall watchdog that somebody is there while the host's user decides. */
const HEARTBEAT_MS = 500;

/** Throws where this process may not listen. */
export function openBridge(ask: AskHost): SamplingBridge {
  const tokens = new Map<string, string>();
  const ending = new AbortController();
  let underWay = 0;
  const leave = () => void underWay--;

  async function serve(request: Request): Promise<Response> {
    const owner = ownerOf(request, tokens);
    if (owner instanceof Response) return owner;
    if (underWay >= MOST_REQUESTS) return refuse(503, `${MOST_REQUESTS} requests are under way`);
    underWay++;
    try {
      const params = await paramsOf(request);
      if (!(params instanceof Response)) return streamed((signal) => ask(owner, params, signal).finally(leave));
      leave();
      return params;
    } catch (error) {
      leave();
      throw error;
    }
  }

  const options = { hostname: "127.0.0.1", port: 0, signal: ending.signal, onListen: () => {} };
  const server = Deno.serve(options, serve);
  return {
    port: server.addr.port,
    tokenOf(owner) {
      const token = tokens.get(owner) ?? newSecret();
      tokens.set(owner, token);
      return token;
    },
    close() {
      ending.abort();
      return server.finished.catch(() => {});
    },
  };
}

/** In this order: host, origin, method, token. */
function ownerOf({ headers, method, url }: Request, tokens: ReadonlyMap<string, string>): string | Response {
  const { port, hostname } = new URL(url);
  if (headers.get("host") !== `127.0.0.1:${port}` || hostname !== "127.0.0.1") return refuse(421, "not by this name");
  if (headers.has("origin")) return refuse(403, "requests of pages are not taken");
  if (method !== "POST") return refuse(405, "POST only");
  const [, given] = /^Bearer\s+(\S+)$/i.exec(headers.get("authorization") ?? "") ?? [];
  let owner: string | null = null;
  // All are compared, so that the time tells nothing.
  for (const [name, token] of tokens) if (isSameSecret(given ?? "", token)) owner = name;
  if (owner === null) return refuse(401, "only runs of this host are served");
  return owner;
}

async function paramsOf(request: Request): Promise<JsonObject | Response> {
  const decoder = new TextDecoder();
  const parts: string[] = [];
  let bytes = 0;
  for await (const chunk of request.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > MOST_READ_BYTES) break;
    if (bytes <= MOST_BODY_BYTES) parts.push(decoder.decode(chunk, { stream: true }));
  }
  if (bytes > MOST_BODY_BYTES) return refuse(413, `request_too_large: a prompt may have ${MOST_BODY_BYTES} bytes here`);
  const params = parse(parts.join("") + decoder.decode());
  const isSample = isJsonObject(params) && Array.isArray(params.messages) && typeof params.maxTokens === "number";
  return isSample ? params : refuse(400, "send the params of sampling/createMessage");
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** SSE: comments until the reply is there. A client that goes away takes its request back. */
function streamed(answer: (signal: AbortSignal) => Promise<SamplingReply>): Response {
  const leaving = new AbortController();
  const encoder = new TextEncoder();
  let timer: ReturnType<typeof setInterval> | undefined;
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      const send = (text: string) => controller.enqueue(encoder.encode(text));
      send(": the host is asked\n\n");
      timer = setInterval(() => send(": waiting\n\n"), HEARTBEAT_MS);
      void answer(leaving.signal).then((reply) => {
        clearInterval(timer);
        if (leaving.signal.aborted) return;
        send(`data: ${JSON.stringify(reply)}\n\n`);
        controller.close();
      });
    },
    cancel() {
      clearInterval(timer);
      leaving.abort();
    },
  });
  return new Response(body, { headers: { "content-type": "text/event-stream", "cache-control": "no-store" } });
}

function refuse(status: number, message: string): Response {
  return Response.json({ error: { message } }, { status });
}
