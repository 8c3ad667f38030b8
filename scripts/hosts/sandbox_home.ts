// A home of its own for one coding agent: nothing of this machine's user is read or written.
import { stripVTControlCharacters } from "node:util";
import { delimiter, join } from "node:path";

export interface Ended {
  code: number;
  text: string;
}

export interface RunOptions {
  env?: Record<string, string>;
  timeoutMs: number;
}

export class SandboxHome implements AsyncDisposable {
  private constructor(readonly folder: string, readonly programs: string) {}

  /** `programs`: the folder where the agents' programs are. */
  static async make(programs: string): Promise<SandboxHome> {
    const home = new SandboxHome(await Deno.realPath(await Deno.makeTempDir({ prefix: "odw-host-" })), programs);
    for (const name of ["user", "work"]) {
      await Deno.mkdir(join(home.folder, name), { mode: 0o700 });
    }
    // Its agents are simulated: only the agent's own model is asked.
    const config = JSON.stringify({ models: { default: "sim/default" } });
    await home.write({ folder: ".odw", name: "config.json", text: config });
    return home;
  }

  /** Below the user's folder. */
  async write({ folder, name, text }: { folder: string; name: string; text: string }): Promise<void> {
    await Deno.mkdir(join(this.folder, "user", folder), { recursive: true, mode: 0o700 });
    await Deno.writeTextFile(join(this.folder, "user", folder, name), text, { mode: 0o600 });
  }

  /** Ends with what it said on both streams; a program that takes too long is killed. */
  async run([program, ...args]: string[], { env = {}, timeoutMs }: RunOptions): Promise<Ended> {
    const child = new Deno.Command(program!, {
      args,
      cwd: join(this.folder, "work"),
      clearEnv: true,
      env: {
        PATH: [this.programs, Deno.env.get("PATH")].join(delimiter),
        HOME: join(this.folder, "user"),
        NO_COLOR: "1",
        TERM: "dumb",
        CI: "1",
        ...env,
      },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
      detached: true,
    }).spawn();
    // With all that it started: some of these programs are wrappers around others.
    const timer = setTimeout(
      () => Deno.kill(Deno.build.os === "windows" ? child.pid : -child.pid, "SIGKILL"),
      timeoutMs,
    );
    const { code, stdout, stderr } = await child.output();
    clearTimeout(timer);
    const text = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join("\n");
    return { code, text: stripVTControlCharacters(text) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.folder, { recursive: true }).catch(() => {});
  }
}
