// One connection to an MCP server, with the official SDK; imported when the first server is needed.
import { Client, StreamableHTTPClientTransport, type Transport } from "@modelcontextprotocol/client";
import * as z from "zod/mini";
import type { McpServer } from "../config.ts";
import type { Json, JsonObject } from "../json.ts";
import { type Network, Outgoing } from "../lib/outgoing.ts";
import type { Programs } from "../programs.ts";
import { lineTransport } from "./mcp_line_transport.ts";

const START_LIMIT_MS = 20_000;
const CALL_LIMIT_MS = 60_000;
const MOST_PAGES = 20;
/** What is in it is looked at later: a server that breaks the protocol must not fail the whole answer. */
const ANYTHING = z.looseObject({});

export interface McpConnection {
  /** The tools as the server declares them, unchecked. */
  list(signal: AbortSignal): Promise<Json[]>;
  /** The server's result, unchecked. */
  call(tool: string, input: JsonObject, signal: AbortSignal): Promise<JsonObject>;
  /** Why the connection is gone; null: it stands. */
  ended(): string | null;
  close(): Promise<void>;
}

export interface McpConnectOptions {
  /** As it is configured. */
  name: string;
  server: McpServer;
  programs: Programs;
  signal: AbortSignal;
  network: Network;
}

/** Starts the server, or reaches it, and shakes hands. */
export async function connectMcp(
  { name, server, programs, signal, network }: McpConnectOptions,
): Promise<McpConnection> {
  let end: string | null = null;
  let exit: string | null = null;
  const client = new Client({ name: "odw", version: "1" }, { capabilities: {} });
  client.onclose = () => end ??= exit ?? "the connection was closed";
  const outgoing = new Outgoing(network);
  const close = () => client.close().catch(() => {}).finally(() => outgoing[Symbol.dispose]());
  const limit = AbortSignal.any([signal, AbortSignal.timeout(START_LIMIT_MS)]);
  const transport = "url" in server
    ? httpTransport(server, outgoing)
    : await processTransport({ name, programs, signal: limit, onEnd: (reason) => exit = reason });
  try {
    await client.connect(transport, { timeout: START_LIMIT_MS, maxTotalTimeout: START_LIMIT_MS, signal: limit });
  } catch (thrown) {
    await close();
    throw exit === null ? thrown : new Error(`it ended: ${exit}`, { cause: thrown });
  }
  // The SDK's own methods check what servers declare, and fail a whole list for one bad tool.
  const ask = async (method: string, params: JsonObject, asking: AbortSignal) => {
    const options = { timeout: CALL_LIMIT_MS, maxTotalTimeout: CALL_LIMIT_MS, signal: asking };
    return await client.request({ method, params }, ANYTHING, options) as JsonObject;
  };
  return {
    list: (asking) => allPages(ask, AbortSignal.any([asking, AbortSignal.timeout(START_LIMIT_MS)])),
    call: (tool, input, asking) => ask("tools/call", { name: tool, arguments: input }, asking),
    ended: () => end,
    close,
  };
}

type Ask = (method: string, params: JsonObject, signal: AbortSignal) => Promise<JsonObject>;

async function allPages(ask: Ask, signal: AbortSignal): Promise<Json[]> {
  const tools: Json[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < MOST_PAGES; page++) {
    const result: JsonObject = await ask("tools/list", cursor === null ? {} : { cursor }, signal);
    if (Array.isArray(result.tools)) tools.push(...result.tools);
    if (typeof result.nextCursor !== "string" || result.nextCursor === cursor) break;
    cursor = result.nextCursor;
  }
  return tools;
}

/** The start itself may hang, and what starts too late is ended. */
async function processTransport(
  { name, programs, signal, onEnd }: {
    name: string;
    programs: Programs;
    signal: AbortSignal;
    onEnd: (reason: string) => void;
  },
): Promise<Transport> {
  const starting = programs.openServer(name);
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  try {
    return lineTransport(await Promise.race([starting, aborted]), onEnd);
  } catch (thrown) {
    starting.then((process) => process.kill(), () => {});
    throw thrown;
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

function httpTransport(server: { url: string; headers?: Record<string, string> }, outgoing: Outgoing): Transport {
  const url = new URL(server.url);
  return new StreamableHTTPClientTransport(url, {
    requestInit: { headers: server.headers ?? {} },
    fetch: (input, init) => fetchWithin(input, init, { origin: url.origin, outgoing }),
  }) as Transport;
}

/** The headers can hold a key: it goes to the origin of the configuration and nowhere else. */
async function fetchWithin(
  input: string | URL,
  init: RequestInit | undefined,
  { origin, outgoing }: { origin: string; outgoing: Outgoing },
): Promise<Response> {
  let url = new URL(input);
  for (let redirects = 0; redirects <= 3; redirects++) {
    if (url.origin !== origin) {
      throw new Error(`it redirects from ${origin} to ${url.origin}: configure that address itself`);
    }
    const response = await outgoing.fetch(url, { ...init, redirect: "manual" });
    const location = [307, 308].includes(response.status) ? response.headers.get("location") : null;
    if (location === null) return response;
    await response.body?.cancel();
    url = new URL(location, url);
  }
  throw new Error(`it redirects again and again: configure the address where ${origin} leads`);
}
