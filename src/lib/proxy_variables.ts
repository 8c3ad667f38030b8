// The proxy variables of this process. Deno's fetch reads them by itself, and then sends even what is meant for loopback to another host.

const NAMES = ["http_proxy", "https_proxy", "all_proxy", "no_proxy"].flatMap((name) => [name, name.toUpperCase()]);

let taken: Record<string, string> = {};

/**
 * Takes them out of the environment, so that no request of this process or of its workers follows them unasked. To be called before the
 * first request. Where a variable may not be read, it stays.
 */
export function takeProxyVariables(): void {
  for (const name of NAMES) {
    if (Deno.permissions.querySync({ name: "env", variable: name }).state !== "granted") continue;
    const value = Deno.env.get(name);
    if (value === undefined) continue;
    taken = { ...taken, [name]: value };
    Deno.env.delete(name);
  }
}

/** What was taken: for this program's own decision, and for the programs that it starts. */
export function proxyVariables(): Record<string, string> {
  return { ...taken };
}
