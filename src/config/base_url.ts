// Base URLs as users write them.
import { OdwError } from "../errors.ts";
import { isThisMachine } from "../lib/proxies.ts";

const OLLAMA_PORT = "11434";

/** Without trailing slashes. Throws OdwError `config` that names `source`, the variable or setting it came from. */
export function parseBaseUrl(text: string, source: string): string {
  const url = URL.parse(text.trim());
  if (!url || !/^https?:$/.test(url.protocol) || !url.hostname) {
    throw new OdwError(
      "config",
      `${source} is ${quoted(text)}, wanted an http or https URL like https://llm.example/v1`,
    );
  }
  if (url.username || url.password) {
    throw new OdwError("config", `${source} holds a user name or password; give the key by its own setting instead`);
  }
  return `${url.origin}${url.pathname}`.replace(/\/+$/, "");
}

/**
 * All forms that Ollama itself accepts: `host`, `host:port`, `:port`, IPv6 with and without brackets, with scheme, with path.
 * Without a scheme the port is 11434. An address that means "all interfaces" to the server means this machine to a client.
 */
export function parseOllamaHost(text: string): string {
  const source = text.trim().replace(/^["']+|["']+$/g, "").trim();
  const [scheme, address] = splitScheme(source);
  const slash = address.indexOf("/");
  const authority = slash < 0 ? address : address.slice(0, slash);
  const path = slash < 0 ? "" : address.slice(slash);
  const { host, port } = splitPort(authority);
  const usedPort = port || (scheme ? "" : OLLAMA_PORT);
  return parseBaseUrl(
    `${scheme || "http"}://${reachableHost(host)}${usedPort && `:${usedPort}`}${path}`,
    "OLLAMA_HOST",
  );
}

export function isLoopback(baseUrl: string): boolean {
  return isThisMachine(URL.parse(baseUrl)?.hostname ?? "");
}

function splitScheme(text: string): [string, string] {
  const end = text.indexOf("://");
  return end < 0 ? ["", text] : [text.slice(0, end), text.slice(end + 3)];
}

function splitPort(authority: string): { host: string; port: string } {
  const isBareIpv6 = !authority.startsWith("[") && authority.split(":").length > 2;
  if (isBareIpv6) return { host: `[${authority}]`, port: "" };
  const match = /^(\[[^\]]*\]|[^:]*)(?::(.*))?$/.exec(authority);
  return { host: match?.[1] ?? authority, port: match?.[2] ?? "" };
}

function reachableHost(host: string): string {
  if (host === "" || host === "0.0.0.0") return "127.0.0.1";
  return host === "[::]" ? "[::1]" : host;
}

/** Long or secret-looking parts are cut off. */
function quoted(text: string): string {
  return JSON.stringify(text.replace(/\/\/[^/@]*@/, "//…@").slice(0, 80));
}
