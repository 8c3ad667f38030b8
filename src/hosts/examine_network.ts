// odw doctor, the way out: proxies, and certificates that the user added.
import type { Settings } from "../config.ts";
import type { Finding } from "../hosts.ts";
import { proxyHost } from "../lib/proxies.ts";
import { ok } from "./finding.ts";

/** Nothing where every host is reached directly, trusting the built-in certificates alone. */
export function examineNetwork({ network: { proxies, certificates } }: Settings): Finding[] {
  const ways = [["https", proxies.https], ["http", proxies.http]] as const;
  const through = ways.flatMap(([scheme, proxy]) => proxy === null ? [] : `${scheme} through ${proxyHost(proxy)}`);
  const except = ["this machine", ...proxies.except].join(", ");
  return [
    ...through.length === 0 ? [] : [ok("proxy", `${through.join(", ")}; directly: ${except}`)],
    ...certificates.length === 0
      ? []
      : [ok("certificates", "SSL_CERT_FILE or NODE_EXTRA_CA_CERTS adds to the built-in ones")],
  ];
}
