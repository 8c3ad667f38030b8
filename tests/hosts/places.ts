// A home and a project in a folder of their own.
import type { HostName, HostPlaces, IntegrateRequest } from "../../src/hosts.ts";
import { integrate } from "../../src/hosts/integrate.ts";

export class HostPlace implements AsyncDisposable {
  readonly places: HostPlaces;

  private constructor(readonly folder: string, env: Record<string, string>) {
    this.places = {
      os: "linux",
      env: (name) => env[name],
      userHome: `${folder}/user`,
      odwHome: `${folder}/user/.odw`,
      project: `${folder}/project`,
      program: ["/opt/odw/odw"],
    };
  }

  static async make(env: Record<string, string> = {}): Promise<HostPlace> {
    const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "odw-hosts-" }));
    await Deno.mkdir(`${folder}/user`);
    await Deno.mkdir(`${folder}/project`);
    return new HostPlace(folder, env);
  }

  async write(path: string, text: string): Promise<string> {
    const full = `${this.folder}/${path}`;
    await Deno.mkdir(full.replace(/\/[^/]*$/, ""), { recursive: true });
    await Deno.writeTextFile(full, text);
    return full;
  }

  read(path: string): Promise<string> {
    return Deno.readTextFile(`${this.folder}/${path}`);
  }

  integrate(host: HostName | readonly HostName[], options: Partial<IntegrateRequest> = {}) {
    const hosts = typeof host === "string" ? [host] : host;
    return integrate({ hosts, scope: "user", action: "add", dryRun: false, places: this.places, ...options });
  }

  /** Every file and folder with its content, but odw's own record. */
  async tree(): Promise<Record<string, string>> {
    const found: Record<string, string> = {};
    for await (const path of walk(this.folder)) {
      const name = path.slice(this.folder.length + 1);
      if (name.startsWith("user/.odw")) continue;
      found[name] = (await Deno.lstat(path)).isDirectory ? "" : await Deno.readTextFile(path);
    }
    return found;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.folder, { recursive: true });
  }
}

async function* walk(folder: string): AsyncGenerator<string> {
  for await (const entry of Deno.readDir(folder)) {
    yield `${folder}/${entry.name}`;
    if (entry.isDirectory) yield* walk(`${folder}/${entry.name}`);
  }
}
