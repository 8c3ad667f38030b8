// Requests to other hosts: each through the proxy that is meant for it, trusting the certificates that the user added.
import { NO_PROXIES, type Proxies, proxyHost, proxyOf } from "./proxies.ts";

/** How this machine reaches others: plain data. */
export interface Network {
  proxies: Proxies;
  /** PEM texts of authorities that are trusted beside the built-in ones. */
  certificates: string[];
}

export const DIRECT: Readonly<Network> = { proxies: NO_PROXIES, certificates: [] };

/** `client`: a connection of the caller's own, to be used as it is. */
export type OutgoingInit = RequestInit & { redirect: "manual" | "error"; client?: Deno.HttpClient };

/** Keeps its connections until it is disposed. */
export class Outgoing implements Disposable {
  readonly #network: Network;
  /** By proxy; "" without one. */
  readonly #clients = new Map<string, Deno.HttpClient>();

  constructor(network: Network = DIRECT) {
    this.#network = network;
  }

  /**
   * As the global `fetch`; rejects with NotCapable where the proxy is not permitted. Redirects are the caller's: another host may need
   * another way.
   */
  async fetch(input: string | URL, init: OutgoingInit): Promise<Response> {
    const client = init.client ?? this.#clientFor(new URL(input));
    return await fetch(input, client ? { ...init, client } : init);
  }

  /** `host:port` of the proxy that a request to `url` takes; null: it goes directly. */
  proxyFor(url: string | URL): string | null {
    const proxy = proxyOf(new URL(url), this.#network.proxies);
    return proxy === null ? null : proxyHost(proxy);
  }

  [Symbol.dispose](): void {
    for (const client of this.#clients.values()) client.close();
    this.#clients.clear();
  }

  /** undefined: Deno's own will do. */
  #clientFor(url: URL): Deno.HttpClient | undefined {
    const { proxies, certificates } = this.#network;
    const proxy = proxyOf(url, proxies);
    if (proxy === null && (certificates.length === 0 || url.protocol !== "https:")) return undefined;
    const key = proxy ?? "";
    const client = this.#clients.get(key) ?? Deno.createHttpClient(clientOptions(proxy, certificates));
    this.#clients.set(key, client);
    return client;
  }
}

/** What a failed connection's words tell of certificates, as a sentence part to append; "" where they tell nothing. */
export function certificateHint(words: string): string {
  return /UnknownIssuer|self.signed|unable to get local issuer/i.test(words)
    ? "; where your network signs connections anew, name its certificate's file in SSL_CERT_FILE or NODE_EXTRA_CA_CERTS"
    : "";
}

/** Deno takes the name and password of a proxy apart from its address. */
function clientOptions(proxy: string | null, certificates: string[]): Deno.CreateHttpClientOptions {
  const options: Deno.CreateHttpClientOptions = certificates.length > 0 ? { caCerts: certificates } : {};
  if (proxy === null) return options;
  const url = new URL(proxy);
  const [username, password] = [decoded(url.username), decoded(url.password)];
  url.username = url.password = "";
  const basicAuth = username === "" ? {} : { basicAuth: { username, password } };
  return { ...options, proxy: { url: url.href, ...basicAuth } };
}

/** A password may hold a bare "%". */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
