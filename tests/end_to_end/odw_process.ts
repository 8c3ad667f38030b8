// Starts the real odw: the executable that ODW_BINARY names, else main.ts under the Deno that runs the tests.
import { startWireServer, type WireServer, type WireServerOptions } from "../wire_server.ts";

export interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

export interface ProcessOptions {
  cwd?: string;
  env?: Record<string, string>;
  stdin?: string;
}

const MAIN = new URL("../../main.ts", import.meta.url).pathname;
const PERMISSIONS = ["--no-prompt", "--allow-read", "--allow-write", "--allow-env", "--allow-net", "--allow-run"];

/** The words that start odw. */
export function odwCommand(binary: string | undefined = Deno.env.get("ODW_BINARY")): string[] {
  return binary ? [binary] : [Deno.execPath(), "run", "--quiet", ...PERMISSIONS, MAIN];
}

/** A folder of its own for one test: home, workspace, and a process that sees no key and no home of the machine. */
export class Place implements AsyncDisposable {
  private constructor(readonly folder: string) {}

  static async make(): Promise<Place> {
    const place = new Place(await Deno.realPath(await Deno.makeTempDir({ prefix: "odw-test-" })));
    await Deno.mkdir(`${place.folder}/work`);
    await Deno.mkdir(`${place.folder}/user`);
    return place;
  }

  get home(): string {
    return `${this.folder}/home`;
  }

  get work(): string {
    return `${this.folder}/work`;
  }

  async write(path: string, text: string): Promise<string> {
    const full = `${this.work}/${path}`;
    await Deno.mkdir(full.replace(/\/[^/]*$/, ""), { recursive: true });
    await Deno.writeTextFile(full, text);
    return full;
  }

  async configure(config: unknown): Promise<void> {
    await Deno.mkdir(this.home, { recursive: true, mode: 0o700 });
    await Deno.writeTextFile(`${this.home}/config.json`, typeof config === "string" ? config : JSON.stringify(config), {
      mode: 0o600,
    });
  }

  /** A wire server and a config whose default model leads to it. */
  async serve(
    api: string,
    options: WireServerOptions,
    config: Record<string, unknown> = {},
  ): Promise<WireServer> {
    const server = startWireServer(options);
    const providers = {
      wire: { api, baseUrl: api.startsWith("openai") ? `${server.url}/v1` : server.url, apiKey: "test-key" },
    };
    await this.configure({ providers, models: { default: "wire/test-model" }, ...config });
    return server;
  }

  spawn(args: string[], options: ProcessOptions = {}): Deno.ChildProcess {
    const [program, ...words] = [...odwCommand(), ...args];
    const child = new Deno.Command(program!, {
      args: words,
      cwd: options.cwd ?? this.work,
      clearEnv: true,
      env: this.env(options.env ?? {}),
      stdin: options.stdin === undefined ? "null" : "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    return child;
  }

  async odw(args: string[], options: ProcessOptions = {}): Promise<Ended> {
    const child = this.spawn(args, options);
    if (options.stdin !== undefined) {
      const writer = child.stdin.getWriter();
      await writer.write(new TextEncoder().encode(options.stdin));
      await writer.close();
    }
    const { code, stdout, stderr } = await child.output();
    return { code, stdout: new TextDecoder().decode(stdout), stderr: new TextDecoder().decode(stderr) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.folder, { recursive: true });
  }

  /** The environment of a process of this place. Deno's own folders stay known, so that running from source finds its modules. */
  env(extra: Record<string, string>): Record<string, string> {
    const kept = ["PATH", "DENO_DIR", "XDG_CACHE_HOME", "DENO_TLS_CA_STORE", "SSL_CERT_FILE", "TMPDIR"];
    const passed = kept.flatMap((name) => {
      const value = Deno.env.get(name);
      return value === undefined ? [] : [[name, value]];
    });
    const denoDir = Deno.env.get("DENO_DIR") ?? `${Deno.env.get("HOME")}/.cache/deno`;
    return {
      DENO_DIR: denoDir,
      ...Object.fromEntries(passed),
      HOME: `${this.folder}/user`,
      ODW_HOME: this.home,
      OLLAMA_HOST: "127.0.0.1:9",
      ...extra,
    };
  }
}
