// Which hosts the user granted to web_fetch.
import { portOf } from "../lib/url_port.ts";

/** "any": by "*" alone, for public addresses only. "named": the user named this host, or a domain above it. null: not granted. */
export type WebGrant = "any" | "named" | null;

/** `grants`: `host`, `host:port`, `*.example.com` or "*". */
export function webGrant(url: URL, grants: readonly string[]): WebGrant {
  const port = portOf(url);
  const host = url.hostname.replace(/\.$/, "");
  if (grants.some((grant) => names(grant.toLowerCase(), host, port))) return "named";
  return grants.includes("*") ? "any" : null;
}

/** Whether an address that a name led to is granted by itself: the way to allow a name of one's own network. */
export function isNamedAddress(address: string, url: URL, grants: readonly string[]): boolean {
  const place = new URL(url.href);
  place.hostname = address.includes(":") ? `[${address}]` : address;
  return webGrant(place, grants) === "named";
}

function names(grant: string, host: string, port: string): boolean {
  if (grant === "*") return false;
  if (grant.startsWith("*.")) return host.endsWith(grant.slice(1)) && host.length > grant.length - 1;
  return grant === host || grant === `${host}:${port}` || `[${grant}]` === host;
}
