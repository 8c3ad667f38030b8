// Who may call: the right host name, no foreign page, the token, and no more than the server can bear.
import type { Context, MiddlewareHandler } from "hono";
import { getCookie } from "hono/cookie";
import type { ServeOptions } from "../server.ts";
import { problem, problemResponse } from "./problem.ts";
import { isSameSecret } from "../secret.ts";

export const COOKIE = "odw_session";
/** A script may have 512 KiB, and its args as much again. */
export const MOST_BODY_BYTES = 4 * 1024 * 1024;
const MOST_HEADER_BYTES = 32 * 1024;
/** Requests at once; streams, which are answered as they begin, have a limit of their own. */
const MOST_REQUESTS = 256;
/** Open to everybody who may call at all. */
const OPEN_PATHS: ReadonlySet<string> = new Set(["/health", "/sign-in"]);

export interface Guarded {
  options: Pick<ServeOptions, "token" | "hosts" | "tls">;
  /** Whether a browser's cookie was given out by this server. */
  isSession(cookie: string): boolean;
}

/** In this order: load, headers, host, origin, token, body. */
export function guard({ options, isSession }: Guarded): MiddlewareHandler {
  let underWay = 0;

  return async (context, next) => {
    const refusal = refusalOf(context, { options, isSession, underWay });
    if (refusal) return refusal;
    underWay++;
    try {
      await next();
    } finally {
      underWay--;
    }
    context.res.headers.set("x-content-type-options", "nosniff");
    context.res.headers.set("referrer-policy", "no-referrer");
    if (!context.res.headers.has("cache-control")) context.res.headers.set("cache-control", "no-store");
  };
}

function refusalOf(
  context: Context,
  { options, isSession, underWay }: Guarded & { underWay: number },
): Response | null {
  const { req } = context;
  if (underWay >= MOST_REQUESTS) {
    return refuse(503, `${MOST_REQUESTS} requests are under way: try again`, { "retry-after": "1" });
  }
  if (headerBytes(req.raw.headers) > MOST_HEADER_BYTES) {
    return refuse(431, `headers may take ${MOST_HEADER_BYTES} bytes`);
  }
  if (!options.hosts.includes(hostName(req.header("host")))) {
    return refuse(
      421,
      `this server is not called ${JSON.stringify(req.header("host") ?? "")}: use ${options.hosts[0]}`,
    );
  }
  const origin = req.header("origin");
  if (origin !== undefined && !isOwnOrigin(origin, req.header("host"), options.tls !== null)) {
    return refuse(403, `requests from pages of ${origin.slice(0, 200)} are not taken`);
  }
  if (Number(req.header("content-length") ?? 0) > MOST_BODY_BYTES) {
    return refuse(413, `a body may have ${MOST_BODY_BYTES} bytes`);
  }
  if (OPEN_PATHS.has(req.path) || isSignedIn(context, { options, isSession })) return null;
  if (req.header("accept")?.includes("text/html")) return signedOutPage();
  return refuse(401, "send the token of ODW_HOME/token as Authorization: Bearer …", {
    "www-authenticate": 'Bearer realm="odw"',
  });
}

function isSignedIn(context: Context, { options, isSession }: Guarded): boolean {
  const [, token] = /^Bearer\s+(\S+)$/i.exec(context.req.header("authorization") ?? "") ?? [];
  if (token !== undefined) return isSameSecret(token, options.token);
  const cookie = getCookie(context, COOKIE);
  if (cookie === undefined || !isSession(cookie)) return false;
  // A cookie goes along with whatever page asks: SameSite keeps foreign ones out, and this keeps them out once more.
  const site = context.req.header("sec-fetch-site");
  return site === undefined || site === "same-origin" || (site === "none" && context.req.method === "GET");
}

/** What a person sees whose browser has no session. */
function signedOutPage(): Response {
  const page =
    `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">` +
    `<title>odw</title><h1>Not signed in</h1><p>Run <code>odw dashboard</code> on this machine: it opens this page.</p></html>`;
  const headers = { "content-type": "text/html; charset=utf-8", "content-security-policy": "default-src 'none'" };
  return new Response(page, { status: 401, headers });
}

function hostName(host: string | undefined): string {
  return (host ?? "").replace(/:\d+$/, "").toLowerCase();
}

function isOwnOrigin(origin: string, host: string | undefined, isTls: boolean): boolean {
  return origin.toLowerCase() === `${isTls ? "https" : "http"}://${(host ?? "").toLowerCase()}`;
}

function headerBytes(headers: Headers): number {
  let bytes = 0;
  for (const [name, value] of headers) bytes += name.length + value.length + 4;
  return bytes;
}

function refuse(status: number, detail: string, headers: Record<string, string> = {}): Response {
  return problemResponse(problem(status, detail), headers);
}
