// Opens the local endpoint: routes, guards and the dashboard's files on one hono app behind Deno.serve.
import { Hono } from "hono";
import { setCookie } from "hono/cookie";
import type { Grants } from "../config.ts";
import type { Engine } from "../engine.ts";
import { OdwError } from "../errors.ts";
import type { RunLimits } from "../run.ts";
import type { ServeOptions, StopMode } from "../server.ts";
import { catalogRoutes } from "./catalog_routes.ts";
import { mountChat } from "./chat_routes.ts";
import { ASSETS, PAGE_POLICY } from "./dashboard_assets.ts";
import { EventStreams } from "./event_stream.ts";
import { COOKIE, guard } from "./guard.ts";
import { Idempotency } from "./idempotency.ts";
import { openApi } from "./openapi.ts";
import { problem, problemResponse } from "./problem.ts";
import { mount } from "./route.ts";
import { runRoutes } from "./run_routes.ts";
import { Sessions } from "./sessions.ts";
import { trackRuns } from "./tracked_runs.ts";

export interface ServerParts {
  engine: Engine;
  limits: RunLimits;
  /** What its runs may do. */
  grants: Grants;
  options: ServeOptions;
  /** Makes what serves `/mcp`, over the engine whose runs end with the server. */
  mcp: (engine: Engine) => (request: Request) => Promise<Response>;
}

export interface OpenServer {
  /** With the port that was taken: `http://127.0.0.1:7345`. */
  url: string;
  /** A link that signs a browser in once. */
  signInLink(): string;
  /** See Endpoint.stopServing. */
  stop(mode: StopMode): Promise<void>;
}

/** Throws OdwError `conflict` when the port is taken, `denied` when it may not be listened on. */
export function openServer(parts: ServerParts): OpenServer {
  const { options } = parts;
  const sessions = new Sessions(options.token);
  const tracked = trackRuns(parts.engine);
  const signInLink = () => `${url}/sign-in?code=${sessions.newLink()}`;
  const app = createApp({ ...parts, engine: tracked.engine }, { sessions, signInLink });
  const ending = new AbortController();
  const server = listen(app, options, ending.signal);
  const { port } = server.addr as Deno.NetAddr;
  const url = `${options.tls ? "https" : "http"}://${hostOf(options.hostname)}:${port}`;
  return {
    url,
    signInLink,
    async stop(mode) {
      // Streams have no end of their own: the connections are closed.
      ending.abort();
      await server.finished.catch(() => {});
      await tracked.stop(mode);
    },
  };
}

interface SignIn {
  sessions: Sessions;
  signInLink: () => string;
}

function createApp({ engine, limits, grants, options, mcp }: ServerParts, { sessions, signInLink }: SignIn): Hono {
  const app = new Hono();
  app.use(guard({ options, isSession: (cookie) => sessions.has(cookie) }));
  app.get("/health", () => Response.json({ status: "ok", version: options.version }));
  app.get("/sign-in", (context) => {
    const session = sessions.signIn(context.req.query("code") ?? "");
    if (session === null) {
      return problemResponse(problem(403, "this link is used or too old: run odw dashboard for a new one"));
    }
    setCookie(context, COOKIE, session, {
      httpOnly: true,
      sameSite: "Strict",
      path: "/",
      secure: options.tls !== null,
    });
    return context.redirect("/", 303);
  });
  const streams = new EventStreams();
  const routes = [
    ...runRoutes(engine, { idempotency: new Idempotency(), grants }),
    ...catalogRoutes(engine, { limits, streams }),
  ];
  const document = openApi(routes, options.version);
  for (const { path, contentType, body } of ASSETS) {
    const headers = { "content-type": contentType, "content-security-policy": PAGE_POLICY };
    app.get(path, () => new Response(body, { headers }));
  }
  app.get("/openapi.json", () => Response.json(document));
  mount(app, routes);
  app.post("/v1/sign-in-links", () => Response.json({ url: signInLink() }, { status: 201 }));
  const serveMcp = mcp(engine);
  app.all("/mcp", (context) => serveMcp(context.req.raw));
  mountChat(app, { engine, limits, streams, onClientGone: options.onClientGone });
  app.notFound(() => problemResponse(problem(404, "there is no such path: /openapi.json lists them")));
  return app;
}

function listen(app: Hono, { hostname, port, tls }: ServeOptions, signal: AbortSignal): Deno.HttpServer {
  const onListen = () => {};
  const fetch = (request: Request) => app.fetch(request);
  try {
    return Deno.serve({ hostname, port, signal, onListen, ...(tls ?? {}) }, fetch);
  } catch (error) {
    const place = `${hostname}:${port}`;
    if (error instanceof Deno.errors.AddrInUse) {
      throw new OdwError(
        "conflict",
        `cannot listen on ${place}: another program does, maybe an odw serve; choose another --port`,
      );
    }
    const reason = error instanceof Error ? error.message : String(error);
    throw new OdwError("usage", `cannot listen on ${place}: ${reason}`, { cause: error });
  }
}

function hostOf(hostname: string): string {
  return hostname.includes(":") ? `[${hostname}]` : hostname;
}
