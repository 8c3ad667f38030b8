// A module that tries what no engine should be able to do: it runs under exactly the permissions that a command line gets, with no tool between.
import { type Permissions, workerPermissions } from "../../src/permissions.ts";
import type { Place } from "./odw_process.ts";

/** What was tried, and whether Deno allowed it. Anything but a refusal counts as allowed. */
export type Findings = Record<string, boolean>;

export interface Attempts {
  /** Paths. */
  read?: string[];
  write?: string[];
  /** URLs. */
  fetch?: string[];
  /** Programs. */
  run?: string[];
  env?: string[];
  /** Any others: expressions. */
  other?: Record<string, string>;
}

/** As `odw permissions` tells them for a command line. */
export async function permissionsOf(place: Place, args: string[]): Promise<Permissions> {
  const { code, stdout, stderr } = await place.odw(["permissions", "--json", ...args]);
  if (code !== 0) throw new Error(`odw permissions ${args.join(" ")} exits ${code}: ${stderr}`);
  return JSON.parse(stdout).permissions as Permissions;
}

export async function probe(permissions: Permissions, attempts: Attempts): Promise<Findings> {
  const url = `data:text/javascript,${encodeURIComponent(sourceOf(attempts))}`;
  const worker = new Worker(url, { type: "module", deno: { permissions: workerPermissions(permissions) } });
  try {
    return await new Promise((resolve, reject) => {
      worker.onmessage = ({ data }) => resolve(data as Findings);
      worker.onerror = (event) => reject(new Error(event.message));
    });
  } finally {
    worker.terminate();
  }
}

function sourceOf({ read = [], write = [], fetch = [], run = [], env = [], other = {} }: Attempts): string {
  const tried = [
    ...read.map((path) => [`read ${path}`, `Deno.readFile(${JSON.stringify(path)})`]),
    ...write.map((path) => [`write ${path}`, `Deno.writeTextFile(${JSON.stringify(path)}, "probe", { append: true })`]),
    ...fetch.map((url) => [`fetch ${url}`, `fetch(${JSON.stringify(url)}).then((response) => response.text())`]),
    ...run.map((name) => [`run ${name}`, `new Deno.Command(${JSON.stringify(name)}).output()`]),
    ...env.map((name) => [`env ${name}`, `Deno.env.get(${JSON.stringify(name)})`]),
    ...Object.entries(other),
  ];
  const members = tried.map(([name, code]) => `[${JSON.stringify(name)}]: async () => { await (${code}); }`);
  return `const found = {};
for (const [name, attempt] of Object.entries({ ${members.join(", ")} })) {
  found[name] = await attempt().then(() => true, (error) => !(error instanceof Deno.errors.NotCapable) && !/NotCapable|Requires/.test(String(error)));
}
self.postMessage(found);`;
}
