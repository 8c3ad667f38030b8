// Fetches a page for an agent: a page, or a redirect, must not lead it into the user's own network.
import { lookup } from "node:dns/promises";
import { certificateHint, type Network, Outgoing } from "../lib/outgoing.ts";
import { proxyOf } from "../lib/proxies.ts";
import { portOf } from "../lib/url_port.ts";
import { isAddress, isPublicAddress } from "./public_address.ts";
import { ToolError } from "./tool_error.ts";
import { isNamedAddress, webGrant } from "./web_grant.ts";

const MOST_REDIRECTS = 5;
const TIME_LIMIT_MS = 30_000;
const MOST_BYTES = 5_000_000;

export interface WebAnswer {
  /** Where the redirects ended. */
  url: string;
  status: number;
  contentType: string;
  bytes: Uint8Array;
  /** The body was longer than what was read. */
  isCut: boolean;
}

export interface WebRequestOptions {
  /** See Grants.web. */
  grants: readonly string[];
  network: Network;
  /** Called before each host that is not granted; throws ToolError where the user does not allow it. */
  ask(url: URL): Promise<void>;
  signal: AbortSignal;
}

/**
 * Throws ToolError where a host may not be reached or does not answer in time; the user's own answers take none of it. A status that tells
 * of a failure is an answer.
 */
export async function webRequest(start: URL, options: WebRequestOptions): Promise<WebAnswer> {
  let url = start;
  let leftMs = TIME_LIMIT_MS;
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
    if (webGrant(url, options.grants) === null) await options.ask(url);
    const startedAt = performance.now();
    const result = await inTime(url, { ...options, leftMs });
    if (!("location" in result)) return result;
    url = webUrl(URL.canParse(result.location, url.href) ? new URL(result.location, url).href : result.location);
    leftMs = Math.max(1, leftMs - (performance.now() - startedAt));
  }
  throw new ToolError(
    "tool_failed",
    `${start} redirects more than ${MOST_REDIRECTS} times: fetch the last address itself, ${url}`,
  );
}

/** Throws ToolError for what is no web address. */
export function webUrl(text: string): URL {
  if (!URL.canParse(text)) {
    throw new ToolError("usage", `${text.slice(0, 200)} is no URL: give one such as https://example.com/page`);
  }
  const url = new URL(text);
  if (url.protocol !== "https:" && url.protocol !== "http:") {
    throw new ToolError("usage", `${url.protocol} cannot be fetched: only http and https`);
  }
  if (url.username !== "" || url.password !== "") {
    throw new ToolError("usage", `${url.host} is asked for with a name or password in the URL: leave them out`);
  }
  return url;
}

type Hop = Pick<WebRequestOptions, "grants" | "network" | "signal"> & { leftMs: number };

async function inTime(url: URL, hop: Hop): Promise<WebAnswer | { location: string }> {
  const limit = AbortSignal.timeout(Math.ceil(hop.leftMs));
  const signal = AbortSignal.any([hop.signal, limit]);
  try {
    const proxy = proxyOf(url, hop.network.proxies);
    const addresses = await orAborted(permittedAddresses(url, { ...hop, isProxied: proxy !== null }), signal);
    using connection = proxy === null ? connectionTo(url, addresses, hop.network.certificates) : null;
    using outgoing = new Outgoing(hop.network);
    const response = await request(url, { connection, outgoing, signal });
    const location = response.status >= 300 && response.status < 400 ? response.headers.get("location") : null;
    if (location === null) return await answer(url, response);
    await response.body?.cancel();
    return { location };
  } catch (thrown) {
    hop.signal.throwIfAborted();
    if (!limit.aborted) throw thrown;
    throw new ToolError(
      "tool_failed",
      `${url.host} did not answer within ${TIME_LIMIT_MS / 1000} s: try again later, or another source`,
    );
  }
}

/** A name server that does not answer cannot be told to stop. */
async function orAborted<Value>(work: Promise<Value>, signal: AbortSignal): Promise<Value> {
  const { promise, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

/**
 * What the host's name leads to, all of it checked; empty: it could not be asked, since only this host with its port is granted, or since
 * names of the outside are known to the proxy alone.
 */
async function permittedAddresses(
  url: URL,
  { grants, isProxied }: { grants: readonly string[]; isProxied: boolean },
): Promise<string[]> {
  const grant = webGrant(url, grants);
  const host = url.hostname.replace(/^\[|\]$/g, "");
  if (isAddress(host)) {
    if (grant !== "named" && !isPublicAddress(host)) throw notPublic(url, host);
    return [host];
  }
  if (/(?:^|\.)localhost\.?$/i.test(host)) {
    if (grant !== "named") throw notPublic(url, host);
    return [];
  }
  const addresses = await resolve(host, grant === "named").catch((thrown) => {
    if (isProxied) return [];
    throw thrown;
  });
  const inner = addresses.find((address) => !isPublicAddress(address) && !isNamedAddress(address, url, grants));
  if (inner !== undefined) throw notPublic(url, inner);
  return addresses;
}

async function resolve(host: string, isNamed: boolean): Promise<string[]> {
  try {
    return (await lookup(host, { all: true })).map(({ address }) => address);
  } catch (thrown) {
    // A grant of `host:port` does not let Deno resolve the bare name; the request itself goes to that host and port alone.
    if (isNamed && thrown instanceof Error && "code" in thrown && thrown.code === "EPERM") return [];
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    throw new ToolError("tool_failed", `${host} cannot be resolved: ${reason}. Check the spelling of the host`);
  }
}

/**
 * Connects to the address that was checked, whatever the name leads to a moment later. Where hosts were granted by name this process may
 * connect to those names only, and Deno resolves them again.
 */
function connectionTo(url: URL, addresses: string[], certificates: string[]): Deno.HttpClient | null {
  const [hostname] = addresses;
  if (hostname === undefined) return null;
  try {
    const port = Number(portOf(url));
    return Deno.createHttpClient({ proxy: { transport: "tcp", hostname, port }, caCerts: certificates });
  } catch (thrown) {
    if (thrown instanceof Deno.errors.NotCapable) return null;
    throw thrown;
  }
}

async function request(
  url: URL,
  { connection, outgoing, signal }: { connection: Deno.HttpClient | null; outgoing: Outgoing; signal: AbortSignal },
): Promise<Response> {
  try {
    return await outgoing.fetch(url, {
      redirect: "manual",
      signal,
      headers: { accept: "text/html,text/markdown,text/plain,application/json;q=0.9,*/*;q=0.5", "user-agent": "odw" },
      ...(connection ? { client: connection } : {}),
    });
  } catch (thrown) {
    if (signal.aborted) throw thrown;
    if (thrown instanceof Deno.errors.NotCapable) {
      throw new ToolError(
        "denied",
        `${url.host} cannot be reached with the permissions of this run. The user can grant it with --allow-web=${url.host}`,
      );
    }
    throw new ToolError(
      "tool_failed",
      `${url.host} cannot be reached: ${innermost(thrown)}${certificateHint(innermost(thrown))}`,
    );
  }
}

async function answer(url: URL, response: Response): Promise<WebAnswer> {
  const contentType = response.headers.get("content-type") ?? "";
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    chunks.push(chunk.subarray(0, MOST_BYTES - length));
    length += chunk.length;
    if (length > MOST_BYTES) break;
  }
  const bytes = new Uint8Array(await new Blob(chunks as BlobPart[]).arrayBuffer());
  return { url: url.href, status: response.status, contentType, bytes, isCut: length > MOST_BYTES };
}

function notPublic(url: URL, address: string): ToolError {
  return new ToolError(
    "denied",
    `${url.host} leads to ${address}, which is no address of the public internet. The user can grant it with --allow-web=${address}`,
  );
}

function innermost(thrown: unknown): string {
  let error = thrown;
  while (error instanceof Error && error.cause instanceof Error) error = error.cause;
  return error instanceof Error ? error.message : String(error);
}
