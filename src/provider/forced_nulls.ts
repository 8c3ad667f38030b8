// Takes the nulls out of an answer that stand only because a strict schema mode made optional properties nullable.
import { isJsonObject, type Json, type JsonObject, type JsonSchema } from "../json.ts";
import { allowsNull, resolveRef } from "./schema_fit.ts";

/** The answer's text as the original schema means it; text that is no JSON stays as it is. */
export function withoutForcedNulls(text: string, schema: JsonSchema): string {
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch {
    return text;
  }
  const walk = new Walk(schema);
  walk.visit(value, schema);
  return walk.removed ? JSON.stringify(value) : text;
}

/** Unions directly inside unions beyond this are not followed: such a schema may never end. */
const NESTED_UNIONS = 3;

class Walk {
  readonly #root: JsonSchema;
  removed = false;

  constructor(root: JsonSchema) {
    this.#root = root;
  }

  visit(value: Json | undefined, given: Json | undefined): void {
    const schema = this.#resolve(given, value);
    if (!schema || value === null || typeof value !== "object") return;
    if (Array.isArray(value)) return value.forEach((item) => this.visit(item, schema.items));
    if (isJsonObject(schema.properties)) this.#visitObject(value, schema, schema.properties);
  }

  #visitObject(value: JsonObject, schema: JsonObject, properties: JsonObject): void {
    const required = Array.isArray(schema.required) ? schema.required : [];
    for (const [name, property] of Object.entries(properties)) {
      if (value[name] !== null) this.visit(value[name], property);
      else if (!required.includes(name) && !this.#takesNull(property)) {
        delete value[name];
        this.removed = true;
      }
    }
  }

  #takesNull(property: Json): boolean {
    return allowsNull(this.#resolve(property, null) ?? property);
  }

  /** Follows references, a lone allOf and the first branch of a union that the value could belong to. */
  #resolve(given: Json | undefined, value: Json | undefined, unions = 0): JsonObject | undefined {
    let schema = unions > NESTED_UNIONS ? undefined : given;
    for (let hops = 0; isJsonObject(schema) && hops < 32; hops++) {
      const union = schema.anyOf ?? schema.oneOf;
      if (typeof schema.$ref === "string") schema = resolveRef(schema.$ref, this.#root);
      else if (Array.isArray(schema.allOf) && schema.allOf.length === 1 && isJsonObject(schema.allOf[0])) {
        schema = { ...schema.allOf[0], ...schema, allOf: [] };
      } else if (Array.isArray(union) && value !== null) {
        schema = union.find((branch) => this.#couldBe(value, this.#resolve(branch, value, unions + 1)));
      } else return schema;
    }
    return undefined;
  }

  #couldBe(value: Json | undefined, branch: JsonObject | undefined): boolean {
    if (!branch) return false;
    if (Array.isArray(value)) return branch.type === "array" || branch.items !== undefined;
    if (!isJsonObject(value) || !isJsonObject(branch.properties)) return false;
    const properties = branch.properties;
    if (Object.keys(value).some((name) => !(name in properties))) return false;
    const required = Array.isArray(branch.required) ? branch.required.map(String) : [];
    return required.every((name) => name in value) &&
      Object.entries(properties).every(([name, property]) => this.#agrees(value[name], property));
  }

  /** Constants and enumerations tell the branches of a union apart. */
  #agrees(value: Json | undefined, property: Json): boolean {
    if (!isJsonObject(property) || value === undefined || value === null) return true;
    if ("const" in property) return property.const === value;
    return !Array.isArray(property.enum) || property.enum.includes(value);
  }
}
