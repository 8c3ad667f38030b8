// A server over an engine that each test makes up, on a free port of loopback.
import type { RunLimits } from "../../src/run.ts";
import type { ServeOptions } from "../../src/server.ts";
import { type OpenServer, openServer } from "../../src/server/open.ts";
import { NO_GRANTS } from "../no_tools.ts";
import { createFakeEngine, type FakeEngine, type FakeRun } from "../cli/fake_engine.ts";

export const TOKEN = "token-0123456789-0123456789-0123456789-012";
const LIMITS: RunLimits = { concurrency: 16, agents: 1000, tokens: null, costUsd: null, timeoutMs: null, hard: false };

export interface TestServer extends AsyncDisposable {
  engine: FakeEngine;
  server: OpenServer;
  url: string;
  /** With the token; `init` comes on top. */
  call(path: string, init?: RequestInit): Promise<Response>;
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Response>;
}

export function startTestServer(fake: FakeRun = {}, options: Partial<ServeOptions> = {}): TestServer {
  const engine = createFakeEngine(fake);
  const server = openServer({
    engine,
    limits: LIMITS,
    grants: NO_GRANTS.grants,
    mcp: () => () => Promise.resolve(new Response("mcp")),
    options: {
      hostname: "127.0.0.1",
      port: 0,
      token: TOKEN,
      hosts: ["127.0.0.1", "localhost"],
      tls: null,
      onClientGone: "cancel",
      version: "0.1.0",
      ...options,
    },
  });
  const call = (path: string, init: RequestInit = {}) =>
    fetch(server.url + path, { ...init, headers: { authorization: `Bearer ${TOKEN}`, ...init.headers } });
  return {
    engine,
    server,
    url: server.url,
    call,
    post: (path, body, headers = {}) =>
      call(path, {
        method: "POST",
        body: typeof body === "string" ? body : JSON.stringify(body),
        headers: { "content-type": "application/json", ...headers },
      }),
    [Symbol.asyncDispose]: () => server.stop("leave"),
  };
}

/** The problem that a refused request is answered with. */
export async function problemOf(
  response: Response,
): Promise<{ status: number; title: string; detail: string; code?: string }> {
  const problem = await response.json();
  if (problem.status !== response.status) throw new Error(`status ${response.status} with ${JSON.stringify(problem)}`);
  return problem;
}
