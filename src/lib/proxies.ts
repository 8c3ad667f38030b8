// Which proxy a request goes through, as curl, Go and Node decide it.
import ipaddr from "ipaddr.js";
import { portOf } from "./url_port.ts";

/** Absolute URLs; null: none. */
export interface Proxies {
  http: string | null;
  https: string | null;
  /** Hosts that are reached without one, each as NO_PROXY writes it: `host`, `.suffix`, `host:port`, an address, a CIDR range, `*`. */
  except: string[];
}

export const NO_PROXIES: Readonly<Proxies> = { http: null, https: null, except: [] };

const SCHEMES = ["http:", "https:", "socks5:", "socks5h:"];

/** null: directly. This machine itself is never reached through another one. */
export function proxyOf(url: URL, proxies: Proxies): string | null {
  const proxy = url.protocol === "https:" ? proxies.https : proxies.http;
  if (proxy === null || isThisMachine(url.hostname)) return null;
  return proxies.except.some((entry) => matches(url, entry)) ? null : proxy;
}

/** `localhost` and below, 127.0.0.0/8, ::1 in any notation, and the address that means "any of mine". */
export function isThisMachine(hostname: string): boolean {
  const host = bare(hostname);
  if (host === "localhost" || host.endsWith(".localhost")) return true;
  if (!ipaddr.isValid(host)) return false;
  return ["loopback", "unspecified"].includes(ipaddr.process(host).range());
}

/** A proxy as people write it, `host:port` included; null: that is none. */
export function parseProxy(text: string): URL | null {
  const trimmed = text.trim();
  const url = URL.parse(/^[a-z][a-z0-9+.-]*:\/\//i.test(trimmed) ? trimmed : `http://${trimmed}`);
  return url && SCHEMES.includes(url.protocol) && url.hostname !== "" ? url : null;
}

/** A list as NO_PROXY holds it, with commas or spaces between. */
export function parseExcept(text: string): string[] {
  return text.split(/[\s,]+/).filter((entry) => entry !== "");
}

/** `host:port` of a proxy, without its name and password. */
export function proxyHost(proxy: string): string {
  const url = new URL(proxy);
  const port = url.protocol.startsWith("socks") ? url.port || "1080" : portOf(url);
  return `${url.hostname}:${port}`;
}

function matches(url: URL, entry: string): boolean {
  if (entry === "*") return true;
  const { host, port } = splitPort(entry.toLowerCase());
  if (port !== "" && port !== portOf(url)) return false;
  const asked = bare(url.hostname);
  if (ipaddr.isValid(asked)) return matchesAddress(asked, host);
  const suffix = host.replace(/^\*?\./, "");
  return suffix !== "" && (asked === suffix || asked.endsWith(`.${suffix}`));
}

function matchesAddress(address: string, entry: string): boolean {
  const asked = ipaddr.process(address);
  if (ipaddr.isValidCIDR(entry)) {
    const [range, bits] = ipaddr.parseCIDR(entry);
    return asked.kind() === range.kind() && asked.match([range, bits] as never);
  }
  return ipaddr.isValid(entry) && ipaddr.process(entry).toNormalizedString() === asked.toNormalizedString();
}

/** IPv6 has colons of its own: there a port needs brackets. */
function splitPort(entry: string): { host: string; port: string } {
  const bracketed = /^\[([^\]]*)\](?::(\d+))?$/.exec(entry);
  if (bracketed) return { host: bracketed[1]!, port: bracketed[2] ?? "" };
  const plain = /^([^:]*):(\d+)$/.exec(entry);
  return plain ? { host: plain[1]!, port: plain[2]! } : { host: entry, port: "" };
}

/** Without brackets and the final dot that a full name may have, in small letters. */
function bare(hostname: string): string {
  return hostname.toLowerCase().replace(/^\[|\]$/g, "").replace(/\.$/, "");
}
