// Errors as problem details (RFC 9457): one table from code to status.
import { type ErrorCode, errorInfo, OdwError } from "../errors.ts";

const STATUS: Partial<Record<ErrorCode, number>> = {
  usage: 400,
  schema_invalid: 400,
  script_invalid: 422,
  config: 422,
  authentication: 401,
  denied: 403,
  not_found: 404,
  conflict: 409,
  paused: 409,
  rate_limit: 429,
  quota_exhausted: 429,
  service_unavailable: 503,
  timeout: 504,
};

export interface Problem {
  /** `about:blank`: the status says it all. */
  type: string;
  title: string;
  status: number;
  detail: string;
  /** odw's own code of the error, where it has one. */
  code?: ErrorCode;
}

/** A thrown value as data. What is not expected is told without its inner workings. */
export function problemOf(thrown: unknown): Problem {
  if (!(thrown instanceof OdwError)) return problem(500, `unexpected: ${errorInfo(thrown).message}`);
  return { ...problem(STATUS[thrown.code] ?? 500, thrown.message), code: thrown.code };
}

export function problem(status: number, detail: string): Problem {
  return { type: "about:blank", title: TITLES[status] ?? "Error", status, detail };
}

export function problemResponse(found: Problem, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(found), {
    status: found.status,
    headers: { "content-type": "application/problem+json", ...headers },
  });
}

const TITLES: Record<number, string> = {
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  409: "Conflict",
  413: "Content Too Large",
  415: "Unsupported Media Type",
  421: "Misdirected Request",
  422: "Unprocessable Content",
  429: "Too Many Requests",
  431: "Request Header Fields Too Large",
  500: "Internal Server Error",
  503: "Service Unavailable",
  504: "Gateway Timeout",
};
