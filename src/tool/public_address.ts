// Which addresses belong to the public internet; imported when the first page is fetched.
import ipaddr from "ipaddr.js";

/**
 * False for everything that could lead into the user's own machine or network: private, loopback, link-local, shared, multicast and
 * reserved ranges, and IPv6 forms that carry an IPv4 address. `text`: an IPv4 or IPv6 address, without brackets.
 */
export function isPublicAddress(text: string): boolean {
  if (!ipaddr.isValid(text)) return false;
  const address = ipaddr.parse(text);
  if (address.range() !== "unicast") return false;
  // All of global unicast lies in 2000::/3; the library calls everything unicast that it knows no name for.
  return address.kind() === "ipv4" || address.match(ipaddr.parse("2000::"), 3);
}

/** Whether a host is written as an address. */
export function isAddress(text: string): boolean {
  return ipaddr.isValid(text);
}
