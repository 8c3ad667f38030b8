// The OpenAPI document, made from the same schemas that check the requests.
import * as z from "zod";
import type { Route, RouteSpec } from "./route.ts";
import { problemShape } from "./shapes.ts";

export function openApi(routes: readonly Route[], version: string): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const { spec } of routes) (paths[spec.path] ??= {})[spec.method] = operation(spec);
  return {
    openapi: "3.1.0",
    info: { title: "odw", version, description: "Start, follow and steer workflow runs on this machine." },
    servers: [{ url: "/" }],
    security: [{ token: [] }],
    paths,
    components: {
      securitySchemes: { token: { type: "http", scheme: "bearer", description: "the text of ODW_HOME/token" } },
      schemas: { Problem: jsonSchema(problemShape, "output") },
    },
  };
}

function operation(spec: RouteSpec): object {
  const good = spec.answer
    ? { "application/json": { schema: jsonSchema(spec.answer, "output") } }
    : { [spec.contentType ?? "text/plain"]: { schema: { type: "string" } } };
  return {
    operationId: operationId(spec),
    summary: spec.summary,
    parameters: [...pathParameters(spec.path), ...queryParameters(spec.query)],
    ...(spec.body
      ? { requestBody: { required: true, content: { "application/json": { schema: jsonSchema(spec.body, "input") } } } }
      : {}),
    responses: {
      [String(spec.status ?? 200)]: { description: spec.summary, content: good },
      default: {
        description: "What went wrong, as RFC 9457 has it",
        content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
      },
    },
  };
}

/** `get /v1/runs/{id}/steps` → `getRunsIdSteps`. */
function operationId({ method, path }: RouteSpec): string {
  const words = path.replace(/^\/v1/, "").split(/[/{}]+/).filter(Boolean);
  return method + words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("");
}

function pathParameters(path: string): object[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: "path",
    required: true,
    schema: { type: "string" },
  }));
}

function queryParameters(query: z.ZodObject | undefined): object[] {
  if (!query) return [];
  const { properties = {} } = jsonSchema(query, "input") as { properties?: Record<string, { description?: string }> };
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: "query",
    required: false,
    ...(schema.description ? { description: schema.description } : {}),
    schema,
  }));
}

function jsonSchema(schema: z.ZodType, io: "input" | "output"): object {
  const { $schema: _, ...made } = z.toJSONSchema(schema, { io, unrepresentable: "any" });
  return made;
}
