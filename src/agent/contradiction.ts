// Finds a proof that no value can satisfy a schema, so that no provider call is paid for one that can never succeed.
import { isJsonObject, type Json, type JsonObject, type JsonSchema } from "../json.ts";
import { flattenSchema } from "./flat_schema.ts";

/** A test of values against `schema` alone; it accepts all where that cannot be told. */
export type Accepts = (schema: JsonSchema) => (value: Json) => boolean;

interface Search {
  root: JsonSchema;
  accepts: Accepts;
  /** Schemas left to visit: a recursive schema ends here, unproven. */
  visits: number;
}

const ALL_TYPES = ["null", "boolean", "integer", "number", "string", "array", "object"];
const REQUIRED = ", yet it is required";
const MAX_VISITS = 2000;
const MAX_DEPTH = 50;

/**
 * The place and the reason, or null when no proof was found, which is no proof of the opposite. Looks at what every value must have:
 * required properties, the items that `minItems` demands, all of `allOf`, every branch of `anyOf` and `oneOf`.
 */
export function findContradiction(schema: JsonSchema, accepts: Accepts): string | null {
  return contradiction([schema], "", { root: schema, accepts, visits: MAX_VISITS }, 0);
}

function contradiction(schemas: Json[], path: string, search: Search, depth: number): string | null {
  if (depth > MAX_DEPTH || search.visits-- <= 0) return null;
  const { objects, never } = flattenSchema(schemas, search.root);
  if (never || objects.some(forbidsAll)) return `${place(path)} allows no value`;
  const listed = listedValues(objects);
  if (listed) {
    const tests = objects.map((object) => search.accepts(object));
    return listed.some((value) => tests.every((test) => test(value)))
      ? null
      : `${place(path)} lists no value that satisfies the rest of it`;
  }
  const types = allowedTypes(objects);
  if (types.length === 0) return `${place(path)} asks for types that exclude each other`;
  const reason = commonReason(types, (type) => contradictionOfType(type, objects, path, search, depth));
  if (reason) return reason;
  return contradictionOfBranches(objects, path, search, depth);
}

/** The first reason when every way is closed; null as soon as one is open. */
function commonReason<T>(ways: T[], reasonOf: (way: T) => string | null): string | null {
  let first: string | null = null;
  for (const way of ways) {
    const reason = reasonOf(way);
    if (reason === null) return null;
    first ??= reason;
  }
  return first;
}

function forbidsAll(schema: JsonObject): boolean {
  return schema.not === true || (isJsonObject(schema.not) && Object.keys(schema.not).length === 0);
}

function listedValues(objects: JsonObject[]): Json[] | undefined {
  for (const { const: only, enum: values } of objects) {
    if (only !== undefined) return [only];
    if (Array.isArray(values)) return values;
  }
  return undefined;
}

function allowedTypes(objects: JsonObject[]): string[] {
  return ALL_TYPES.filter((type) =>
    objects.every((object) => {
      if (object.type === undefined) return true;
      const types = Array.isArray(object.type) ? object.type : [object.type];
      return types.includes(type) || (type === "integer" && types.includes("number")) ||
        (type === "null" && object.nullable === true);
    })
  );
}

function contradictionOfType(
  type: string,
  objects: JsonObject[],
  path: string,
  search: Search,
  depth: number,
): string | null {
  if (type === "integer" || type === "number") return contradictionOfNumber(type, objects, path);
  if (type === "string") return crossed(objects, "minLength", "maxLength", path);
  if (type === "array") return contradictionOfArray(objects, path, search, depth);
  if (type === "object") return contradictionOfObject(objects, path, search, depth);
  return null;
}

function contradictionOfNumber(type: string, objects: JsonObject[], path: string): string | null {
  const least = Math.max(largest(objects, "minimum"), largest(objects, "exclusiveMinimum"));
  const most = Math.min(smallest(objects, "maximum"), smallest(objects, "exclusiveMaximum"));
  const open = largest(objects, "exclusiveMinimum") >= most || smallest(objects, "exclusiveMaximum") <= least;
  if (least > most || open) return `${place(path)} has a minimum of ${least} and a maximum of ${most}`;
  if (type === "integer" && Math.ceil(least) > Math.floor(most)) {
    return `${place(path)} has no integer from ${least} to ${most}`;
  }
  return null;
}

function contradictionOfArray(objects: JsonObject[], path: string, search: Search, depth: number): string | null {
  const bounds = crossed(objects, "minItems", "maxItems", path);
  if (bounds) return bounds;
  const needed = Math.min(largest(objects, "minItems"), longestPrefix(objects) + 1);
  for (let index = 0; index < needed; index++) {
    const schemas = objects.flatMap((object) => itemSchema(object, index));
    const found = contradiction(schemas, `${path}/${index}`, search, depth + 1);
    if (found) return found;
  }
  return null;
}

function longestPrefix(objects: JsonObject[]): number {
  return Math.max(0, ...objects.map(({ prefixItems }) => Array.isArray(prefixItems) ? prefixItems.length : 0));
}

function itemSchema({ prefixItems, items }: JsonObject, index: number): Json[] {
  const schema = Array.isArray(prefixItems) && index < prefixItems.length ? prefixItems[index] : items;
  return schema === undefined ? [] : [schema];
}

function contradictionOfObject(objects: JsonObject[], path: string, search: Search, depth: number): string | null {
  const bounds = crossed(objects, "minProperties", "maxProperties", path);
  if (bounds) return bounds;
  const required = new Set(objects.flatMap((object) => Array.isArray(object.required) ? object.required : []));
  const most = smallest(objects, "maxProperties");
  if (required.size > most) return `${place(path)} requires ${required.size} properties and allows ${most}`;
  for (const key of required) {
    if (typeof key !== "string") continue;
    const schemas = objects.flatMap((object) => propertySchemas(object, key));
    const found = contradiction(schemas, `${path}/${key}`, search, depth + 1);
    if (found) return found.endsWith(REQUIRED) ? found : found + REQUIRED;
  }
  return null;
}

function propertySchemas({ properties, patternProperties, additionalProperties }: JsonObject, key: string): Json[] {
  const own = isJsonObject(properties) && Object.hasOwn(properties, key) ? properties[key] : undefined;
  if (own !== undefined) return [own];
  if (isJsonObject(patternProperties) && Object.keys(patternProperties).length > 0) return [];
  return additionalProperties === undefined ? [] : [additionalProperties];
}

/** A branch is judged together with everything beside it. */
function contradictionOfBranches(objects: JsonObject[], path: string, search: Search, depth: number): string | null {
  for (const object of objects) {
    for (const key of ["anyOf", "oneOf"]) {
      const branches = object[key];
      if (!Array.isArray(branches) || branches.length === 0) continue;
      const { [key]: _, ...rest } = object;
      const beside = [rest, ...objects.filter((other) => other !== object)];
      const reason = commonReason(branches, (branch) => contradiction([...beside, branch], path, search, depth + 1));
      if (reason) return reason;
    }
  }
  return null;
}

function crossed(objects: JsonObject[], leastKey: string, mostKey: string, path: string): string | null {
  const least = largest(objects, leastKey);
  const most = smallest(objects, mostKey);
  return least > most ? `${place(path)} has ${leastKey} ${least} and ${mostKey} ${most}` : null;
}

function largest(objects: JsonObject[], key: string): number {
  return Math.max(-Infinity, ...numbers(objects, key));
}

function smallest(objects: JsonObject[], key: string): number {
  return Math.min(Infinity, ...numbers(objects, key));
}

function numbers(objects: JsonObject[], key: string): number[] {
  return objects.map((object) => object[key]).filter((value) => typeof value === "number");
}

function place(path: string): string {
  return path === "" ? "the root" : path;
}
