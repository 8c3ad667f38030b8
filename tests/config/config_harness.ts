// A temporary user: a home, a repository with a working directory in it, an environment.
import assert from "node:assert/strict";
import { type LoadedSettings, type LoadOptions, loadSettings } from "../../src/config/load.ts";
import { OdwError } from "../../src/errors.ts";

export interface TemporaryUser extends AsyncDisposable {
  home: string;
  repository: string;
  cwd: string;
  write(path: string, text: string): Promise<void>;
  /** Without a network: no Ollama answers unless `probe` is given. */
  load(env?: Record<string, string>, options?: Partial<LoadOptions>): Promise<LoadedSettings>;
  /** The error of a load that must fail. */
  refuse(env?: Record<string, string>, options?: Partial<LoadOptions>): Promise<OdwError>;
}

/** `home` does not exist yet. */
export async function temporaryUser(): Promise<TemporaryUser> {
  const root = await Deno.realPath(await Deno.makeTempDir({ prefix: "odw-config-" }));
  const [home, repository] = [`${root}/user/.odw`, `${root}/repository`];
  const cwd = `${repository}/packages/one`;
  await Deno.mkdir(cwd, { recursive: true });
  await Deno.mkdir(`${repository}/.git`);
  const load = (env: Record<string, string> = {}, options: Partial<LoadOptions> = {}) => {
    const all: Record<string, string> = { HOME: `${root}/user`, ...env };
    return loadSettings({ cwd, env: (name) => all[name], probe: () => Promise.resolve(null), ...options });
  };
  return {
    home,
    repository,
    cwd,
    load,
    async write(path, text) {
      await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
      await Deno.writeTextFile(path, text, { mode: 0o600 });
    },
    async refuse(env, options) {
      const error = await load(env, options).then(() => null, (thrown: unknown) => thrown);
      assert.ok(error instanceof OdwError, `expected an OdwError, got ${String(error)}`);
      return error;
    },
    [Symbol.asyncDispose]: () => Deno.remove(root, { recursive: true }),
  };
}
