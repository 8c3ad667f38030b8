// The schema that a script gave, as JSON Schema: dialect A's must describe an object, dialect B's may be shorthand.
import { OdwError } from "../errors.ts";
import { isJsonObject, type Json, type JsonObject, type JsonSchema } from "../json.ts";
import type { Dialect } from "../run.ts";
import { isSchemaShorthand, spellOutShorthand } from "./schema_shorthand.ts";
import { flattenSchema } from "./flat_schema.ts";

/** Throws OdwError `schema_invalid` when the schema cannot be one, or, in dialect A, when its root is not an object. */
export function requestedSchema(schema: Json, dialect: Dialect): JsonSchema {
  if (dialect === "execute") return isSchemaShorthand(schema) ? spellOutShorthand(schema) : schemaObject(schema);
  const root = schemaObject(schema);
  if (!describesObject(root, root)) {
    throw new OdwError(
      "schema_invalid",
      `The root of a schema must be an object, found ${excerpt(schema)}; write { type: "object", properties: {…} }`,
    );
  }
  return root.type === undefined ? { type: "object", ...root } : root;
}

function schemaObject(schema: Json): JsonSchema {
  if (isJsonObject(schema)) return schema;
  if (schema === true) return {};
  throw new OdwError("schema_invalid", `A schema must be a JSON Schema object, found ${excerpt(schema)}`);
}

/** By `type`, through local `$ref` and `allOf`; without any type by its object keywords, or by every branch of anyOf or oneOf. */
function describesObject(schema: Json, root: JsonSchema, depth = 0): boolean {
  const parts = flattenSchema([schema], root).objects;
  const typed = parts.filter((part) => part.type !== undefined);
  if (typed.length > 0) return typed.some((part) => isObjectType(part.type));
  if (parts.some(hasObjectKeyword)) return true;
  if (depth > 8) return false;
  return parts.some((part) => {
    const branches = part.anyOf ?? part.oneOf;
    return Array.isArray(branches) && branches.length > 0 &&
      branches.every((branch) => describesObject(branch, root, depth + 1));
  });
}

function isObjectType(type: Json | undefined): boolean {
  return type === "object" || (Array.isArray(type) && type.length === 1 && type[0] === "object");
}

function hasObjectKeyword(schema: JsonObject): boolean {
  return ["properties", "required", "patternProperties", "additionalProperties"].some((key) => key in schema);
}

function excerpt(value: Json): string {
  const text = JSON.stringify(value);
  return text.length > 120 ? `${text.slice(0, 120)}…` : text;
}
