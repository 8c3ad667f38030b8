// The input schema that an MCP server declares, as a provider can take it: servers get it wrong, and one bad schema fails a whole request.
import { Ajv } from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";
import { isJsonObject, type Json, type JsonObject } from "../json.ts";

/** It is paid for in every request. */
const MOST_CHARS = 20_000;
const DEEPEST = 30;
const OPEN: JsonObject = { type: "object", properties: {}, additionalProperties: true };

/** `problem`: why the schema was replaced by an open object, as half a sentence; null: it stands. */
export function mcpInputSchema(declared: Json | undefined): { schema: JsonObject; problem: string | null } {
  if (declared === undefined || declared === null) return { schema: OPEN, problem: null };
  const problem = problemOf(declared);
  if (problem !== null) return { schema: OPEN, problem };
  const { $schema: _dialect, $id: _id, ...schema } = declared as JsonObject;
  return { schema: { ...schema, type: "object", properties: schema.properties ?? {} }, problem: null };
}

function problemOf(declared: Json): string | null {
  if (!isJsonObject(declared)) return "it is not an object";
  if (declared.type !== undefined && declared.type !== "object") {
    return `its type is ${JSON.stringify(declared.type).slice(0, 40)}, not "object"`;
  }
  const combined = ["anyOf", "oneOf", "allOf", "not", "if", "$ref"].find((word) => declared[word] !== undefined);
  if (combined !== undefined) return `it has ${combined} at its root`;
  if (depthOf(declared) > DEEPEST) return `it is nested deeper than ${DEEPEST} levels`;
  const length = JSON.stringify(declared).length;
  if (length > MOST_CHARS) return `it is ${length} characters long`;
  return referenceProblem(declared) ?? (isValid(declared) ? null : "it is not valid JSON Schema");
}

/** Without recursion: a server could send what overflows the stack. */
function depthOf(root: Json): number {
  let level: Json[] = [root];
  let depth = 0;
  while (level.length > 0 && depth <= DEEPEST) {
    depth++;
    level = level.flatMap((value) => value !== null && typeof value === "object" ? Object.values(value) : []);
  }
  return depth;
}

/** Providers expand references: those that lead back to themselves, elsewhere or nowhere cannot be. */
function referenceProblem(root: JsonObject): string | null {
  const states = new Map<string, "open" | "done">([["#", "open"]]);
  const visit = (value: Json): string | null => {
    if (value === null || typeof value !== "object") return null;
    const reference = isJsonObject(value) && typeof value.$ref === "string" ? value.$ref : undefined;
    const problem = reference === undefined ? null : follow(reference);
    return problem ?? Object.values(value).reduce<string | null>((found, part) => found ?? visit(part), null);
  };
  const follow = (reference: string): string | null => {
    const state = states.get(reference);
    if (state === "open") return `its $ref ${reference.slice(0, 80)} leads back to itself`;
    if (state === "done") return null;
    const target = targetOf(root, reference);
    if (target === undefined) return `its $ref ${reference.slice(0, 80)} leads nowhere`;
    states.set(reference, "open");
    const problem = visit(target);
    states.set(reference, "done");
    return problem;
  };
  return visit(root);
}

function targetOf(root: JsonObject, reference: string): Json | undefined {
  if (!reference.startsWith("#/")) return undefined;
  let target: Json | undefined = root;
  for (const part of reference.slice(2).split("/")) {
    const key = part.replaceAll("~1", "/").replaceAll("~0", "~");
    if (target === null || typeof target !== "object" || !Object.hasOwn(target, key)) return undefined;
    target = (target as JsonObject)[key];
  }
  return target;
}

/** Servers name a dialect seldom, and wrongly at times: one of the two in use must fit. */
function isValid(declared: JsonObject): boolean {
  const { $schema: _dialect, ...schema } = declared;
  const options = { strict: false, validateFormats: false, logger: false } as const;
  return [new Ajv2020(options), new Ajv(options)].some((ajv) => ajv.validateSchema(schema) === true);
}
