// odw serve as a process of its own, for tests.
import type { Ended, Place } from "./odw_process.ts";

export interface Serving extends AsyncDisposable {
  url: string;
  token: string;
  call(path: string, init?: RequestInit): Promise<Response>;
  post(path: string, body: unknown): Promise<Response>;
  /** Ctrl-C, and what the process ended with. */
  stop(): Promise<Pick<Ended, "code" | "stderr">>;
}

/** Starts `odw serve` on a free port, and waits until it listens. */
export async function startServing(place: Place, flags: string[] = []): Promise<Serving> {
  const child = place.spawn(["serve", "--port", "0", ...flags]);
  const lines: string[] = [];
  const listening = Promise.withResolvers<string>();
  const reading = (async () => {
    for await (const text of child.stderr.pipeThrough(new TextDecoderStream())) {
      lines.push(text);
      const url = /listening on (\S+);/.exec(lines.join(""))?.[1];
      if (url) listening.resolve(url);
    }
    listening.reject(new Error(`odw serve ended: ${lines.join("")}`));
  })();
  listening.promise.catch(() => {});
  const url = await listening.promise;
  const token = (await Deno.readTextFile(`${place.home}/token`)).trim();
  let ended: Promise<Pick<Ended, "code" | "stderr">> | null = null;
  const stop = () =>
    ended ??= (async () => {
      child.kill("SIGTERM");
      const [{ code }] = await Promise.all([child.status, reading, child.stdout.cancel()]);
      return { code, stderr: lines.join("") };
    })();
  const call = (path: string, init: RequestInit = {}) =>
    fetch(url + path, { ...init, headers: { authorization: `Bearer ${token}`, ...init.headers } });
  return {
    url,
    token,
    call,
    post: (path, body) =>
      call(path, { method: "POST", body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
    stop,
    [Symbol.asyncDispose]: async () => void await stop(),
  };
}
