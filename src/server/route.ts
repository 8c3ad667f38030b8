// One route: what it takes and gives, as schemas that both check requests and make the OpenAPI document.
import type { Context, Hono } from "hono";
import type * as z from "zod";
import { OdwError } from "../errors.ts";
import { MOST_BODY_BYTES } from "./guard.ts";
import { problemOf, problemResponse } from "./problem.ts";

export interface RouteSpec {
  method: "get" | "post";
  /** With `{name}` for parameters, as OpenAPI writes them. */
  path: string;
  summary: string;
  query?: z.ZodObject;
  body?: z.ZodType;
  /** What a good answer holds; absent: not JSON. */
  answer?: z.ZodType;
  /** Of a good answer. Default 200. */
  status?: number;
  /** Of a good answer that is not JSON. */
  contentType?: string;
}

/** What a handler gets: everything was checked. */
export interface Asked<Query, Body> {
  params: Record<string, string>;
  query: Query;
  body: Body;
  request: Request;
}

export interface Route {
  spec: RouteSpec;
  answer(asked: Asked<never, never>): unknown;
}

/** A route whose handler knows the types of its schemas. A Response goes out as it is, everything else as JSON. */
export function route<Query extends z.ZodObject, Body extends z.ZodType>(
  spec: RouteSpec & { query?: Query; body?: Body },
  answer: (asked: Asked<z.output<Query>, z.output<Body>>) => unknown,
): Route {
  return { spec, answer: answer as Route["answer"] };
}

export function mount(app: Hono, routes: readonly Route[]): void {
  for (const { spec, answer } of routes) {
    app.on(spec.method.toUpperCase(), honoPath(spec.path), async (context) => {
      const asked = {
        params: context.req.param() as Record<string, string>,
        query: checked(spec.query, Object.fromEntries(new URL(context.req.url).searchParams), "query"),
        body: spec.body ? checked(spec.body, await readBody(context), "body") : undefined,
        request: context.req.raw,
      };
      const found = await answer(asked as Asked<never, never>);
      return found instanceof Response ? found : Response.json(found, { status: spec.status ?? 200 });
    });
  }
  app.onError((error) => problemResponse(problemOf(error)));
}

function honoPath(path: string): string {
  return path.replace(/\{(\w+)\}/g, ":$1");
}

function checked(schema: z.ZodType | undefined, value: unknown, place: string): unknown {
  if (!schema) return value;
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issues = result.error.issues.slice(0, 5)
    .map(({ path, message }) => `${[place, ...path].join(".")}: ${message}`);
  throw new OdwError("usage", issues.join("; "));
}

async function readBody(context: Context): Promise<unknown> {
  const type = context.req.header("content-type") ?? "";
  if (!/^application\/(?:[\w.+-]+\+)?json\b/i.test(type)) {
    throw new OdwError("usage", `body: send JSON as content-type application/json, found ${JSON.stringify(type)}`);
  }
  const text = await readBounded(context.req.raw);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new OdwError("usage", `body: it is not JSON: ${(error as Error).message}`);
  }
}

/** A chunked body declares no length, so it is counted as it comes. */
export async function readBounded(request: Request): Promise<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let text = "";
  let bytes = 0;
  try {
    for await (const chunk of request.body ?? []) {
      bytes += chunk.byteLength;
      if (bytes > MOST_BODY_BYTES) throw new OdwError("usage", `body: it may have ${MOST_BODY_BYTES} bytes`);
      text += decoder.decode(chunk, { stream: true });
    }
    return text + decoder.decode();
  } catch (error) {
    if (error instanceof OdwError) throw error;
    throw new OdwError("usage", `body: it is not UTF-8 text`, { cause: error });
  }
}
