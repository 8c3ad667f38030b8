// Dialect B's shorthand: `{ findings: "array", confidence: "number" }`, `[{ path: "string" }]`, spelled out as JSON Schema.
import { OdwError } from "../errors.ts";
import { isJsonObject, type Json, type JsonObject, type JsonSchema } from "../json.ts";

const TYPES = ["string", "number", "integer", "boolean", "array", "object", "null"];

const KEYWORDS = new Set([
  ..."$anchor $comment $defs $id $ref $schema additionalProperties allOf anyOf const contains default definitions"
    .split(" "),
  ..."dependentRequired dependentSchemas deprecated description else enum example examples exclusiveMaximum".split(" "),
  ..."exclusiveMinimum format if items maxContains maxItems maxLength maxProperties maximum minContains minItems".split(
    " ",
  ),
  ..."minLength minProperties minimum multipleOf not nullable oneOf pattern patternProperties prefixItems properties"
    .split(" "),
  ..."propertyNames readOnly required then title type unevaluatedItems unevaluatedProperties uniqueItems writeOnly"
    .split(" "),
]);

/**
 * Whether a value is shorthand. Text and arrays are. An object is JSON Schema when a keyword that gives a schema its shape stands in it
 * with the form that JSON Schema gives it: `$ref` or `$schema` text; `enum`; `const`; `anyOf`, `oneOf`, `allOf` as a list of schemas;
 * `properties` as an object of schemas; or `type` as a type's name beside keywords only. Two or more keys whose values are all names of
 * types (`{ type: "string", title: "string" }`) are shorthand: no JSON Schema reads so. `{}` is JSON Schema.
 */
export function isSchemaShorthand(schema: Json): boolean {
  if (typeof schema === "string" || Array.isArray(schema)) return true;
  if (!isJsonObject(schema)) return false;
  const keys = Object.keys(schema);
  if (keys.length === 0) return false;
  if (keys.length > 1 && keys.every((key) => isTypeName(schema[key]))) return true;
  return !hasShapeKeyword(schema);
}

/** Every key is required, nested objects and arrays are spelled out, a JSON Schema inside passes as it is. */
export function spellOutShorthand(shorthand: Json, path = "schema"): JsonSchema {
  if (shorthand === "any") return {};
  if (isTypeName(shorthand)) return { type: shorthand as string };
  if (Array.isArray(shorthand)) return spellOutArray(shorthand, path);
  if (!isJsonObject(shorthand)) throw unknownType(shorthand, path);
  if (!isSchemaShorthand(shorthand)) return shorthand;
  const properties: JsonObject = {};
  for (const [key, value] of Object.entries(shorthand)) properties[key] = spellOutShorthand(value, `${path}.${key}`);
  return { type: "object", properties, required: Object.keys(properties) };
}

function spellOutArray(items: Json[], path: string): JsonSchema {
  const [item] = items;
  if (item === undefined) return { type: "array" };
  if (items.length === 1) return { type: "array", items: spellOutShorthand(item, `${path}[0]`) };
  throw new OdwError(
    "schema_invalid",
    `${path} lists ${items.length} shapes; shorthand for an array holds the one shape of its items: ["string"] or [{ path: "string" }]`,
  );
}

function unknownType(value: Json, path: string): OdwError {
  const known = [...TYPES, "any"].join(", ");
  return new OdwError(
    "schema_invalid",
    `${path} is ${
      JSON.stringify(value)
    }, which is no type; write one of ${known}, an object, an array of one shape, or JSON Schema`,
  );
}

function hasShapeKeyword(schema: JsonObject): boolean {
  if (typeof schema.$ref === "string" || typeof schema.$schema === "string") return true;
  if (Array.isArray(schema.enum) || schema.const !== undefined && !isTypeName(schema.const)) return true;
  if (["anyOf", "oneOf", "allOf"].some((key) => isSchemaList(schema[key]))) return true;
  if (isJsonObject(schema.properties) && Object.values(schema.properties).every(isSchema)) return true;
  if (!isTypeName(schema.type) && !(Array.isArray(schema.type) && schema.type.every(isTypeName))) return false;
  return isSchema(schema.items) || Object.keys(schema).every((key) => KEYWORDS.has(key) || key.startsWith("x-"));
}

function isTypeName(value: Json | undefined): boolean {
  return typeof value === "string" && TYPES.includes(value);
}

function isSchema(value: Json | undefined): boolean {
  return typeof value === "boolean" || isJsonObject(value);
}

function isSchemaList(value: Json | undefined): boolean {
  return Array.isArray(value) && value.length > 0 && value.every(isSchema);
}
