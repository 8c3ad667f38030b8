// How odw reaches other hosts: the proxies and certificates of the user's own file and of the environment.
import type { ConfigFile } from "../config.ts";
import { OdwError } from "../errors.ts";
import { DIRECT, type Network } from "../lib/outgoing.ts";
import { parseExcept, parseProxy, type Proxies } from "../lib/proxies.ts";

const CERTIFICATE_VARIABLES = ["SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS"];

export interface NetworkSources {
  user: ConfigFile;
  userFile: string;
  env: (name: string) => string | undefined;
  /** False for commands that reach nobody: nothing is read. */
  isNeeded: boolean;
}

/** Throws OdwError `config` for what is no proxy; a file of certificates that cannot be used is a warning. */
export async function resolveNetwork(sources: NetworkSources): Promise<{ network: Network; warnings: string[] }> {
  if (!sources.isNeeded) return { network: DIRECT, warnings: [] };
  const { certificates, warnings } = await readCertificates(sources.env);
  return { network: { proxies: resolveProxies(sources), certificates }, warnings };
}

/** The file's `proxy` stands for all variables; its `noProxy` is added to NO_PROXY. */
function resolveProxies({ user, userFile, env }: NetworkSources): Proxies {
  const except = [...user.noProxy ?? [], ...parseExcept(variable(env, "no_proxy")?.value ?? "")];
  if (user.proxy === false) return { http: null, https: null, except };
  if (user.proxy !== undefined) {
    const proxy = proxyUrl(user.proxy, `proxy in ${userFile}`);
    return { http: proxy, https: proxy, except };
  }
  const proxyOf = (name: string) => {
    const found = variable(env, name) ?? variable(env, "all_proxy");
    return found ? proxyUrl(found.value, found.name) : null;
  };
  return { http: proxyOf("http_proxy"), https: proxyOf("https_proxy"), except };
}

/** In small letters first, as curl reads them. A blank one is none. */
function variable(env: NetworkSources["env"], lower: string): { name: string; value: string } | null {
  for (const name of [lower, lower.toUpperCase()]) {
    const value = env(name)?.trim();
    if (value) return { name, value };
  }
  return null;
}

/** Its text can hold a password, and is not repeated. */
function proxyUrl(text: string, source: string): string {
  const url = parseProxy(text);
  if (url) return url.href;
  throw new OdwError(
    "config",
    `${source} is no proxy that odw can use: wanted http://host:port, https://host:port or socks5://host:port`,
  );
}

async function readCertificates(env: NetworkSources["env"]): Promise<{ certificates: string[]; warnings: string[] }> {
  const certificates: string[] = [];
  const warnings: string[] = [];
  for (const name of CERTIFICATE_VARIABLES) {
    const file = env(name)?.trim();
    if (!file) continue;
    const read = await readCertificate(file);
    if ("text" in read) certificates.push(read.text);
    else warnings.push(`${name} is not used: ${file} ${read.why}; correct or unset it`);
  }
  return { certificates, warnings };
}

async function readCertificate(file: string): Promise<{ text: string } | { why: string }> {
  try {
    const text = await Deno.readTextFile(file);
    return text.includes("-----BEGIN CERTIFICATE-----")
      ? { text }
      : { why: "holds no certificate in PEM form (-----BEGIN CERTIFICATE-----)" };
  } catch (error) {
    return { why: `cannot be read: ${error instanceof Error ? error.message : String(error)}` };
  }
}
