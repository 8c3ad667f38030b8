// Brings a JSON Schema into the subset of a vendor's schema mode, or says that it does not fit.
import { isJsonObject, type Json, type JsonObject, type JsonSchema } from "../json.ts";
import { ANNOTATIONS, type SchemaRules, UNFIT } from "./schema_rules.ts";

class Unfit extends Error {}

/** The schema as it may go out, or null. The given schema is left as it is. */
export function fitSchema(schema: JsonSchema, rules: SchemaRules): JsonSchema | null {
  if (schema.anyOf || schema.oneOf || (schema.type !== "object" && schema.type !== undefined)) return null;
  try {
    return new Fitting(schema, rules).fit();
  } catch (error) {
    // A RangeError is the stack: nested deeper than any vendor takes.
    if (error instanceof Unfit || error instanceof RangeError) return null;
    throw error;
  }
}

/** Whether `null` may stand where `schema` is asked for. */
export function allowsNull(schema: Json | undefined): boolean {
  if (!isJsonObject(schema)) return schema === true;
  if (schema.type === "null" || (Array.isArray(schema.type) && schema.type.includes("null"))) return true;
  if (schema.const === null && "const" in schema) return true;
  if (Array.isArray(schema.enum) && schema.enum.includes(null) && schema.type === undefined) return true;
  const union = schema.anyOf ?? schema.oneOf;
  return Array.isArray(union) && union.some(allowsNull);
}

class Fitting {
  readonly #root: JsonSchema;
  readonly #rules: SchemaRules;
  readonly #openRefs = new Set<string>();
  #properties = 0;
  #optional = 0;
  #unions = 0;

  constructor(root: JsonSchema, rules: SchemaRules) {
    this.#root = root;
    this.#rules = rules;
  }

  fit(): JsonSchema {
    if (!this.#rules.recursion) this.#refuseRecursion(this.#root);
    return this.#schema(this.#root, 0);
  }

  #schema(schema: Json | undefined, depth: number): JsonObject {
    if (!isJsonObject(schema) || depth > this.#rules.maxDepth) throw new Unfit();
    if (Object.keys(schema).some((key) => UNFIT.has(key))) throw new Unfit();
    const merged = this.#withoutAllOf(schema);
    const out = this.#plainKeywords(merged);
    if (isJsonObject(merged.properties) || merged.type === "object") this.#object(merged, out, depth);
    if (merged.type === "array" || merged.items !== undefined) out.items = this.#schema(merged.items, depth + 1);
    const union = merged.anyOf ?? merged.oneOf;
    if (Array.isArray(union)) out.anyOf = union.map((branch) => this.#schema(branch, depth));
    this.#definitions(merged, out, depth);
    this.#checkShape(out);
    return out;
  }

  /** One member of allOf is the schema itself. */
  #withoutAllOf(schema: JsonObject): JsonObject {
    const { allOf, ...rest } = schema;
    if (allOf === undefined) return schema;
    const [only] = Array.isArray(allOf) && allOf.length === 1 ? allOf : [];
    if (!isJsonObject(only) || Object.keys(only).some((key) => key in rest && key !== "description")) throw new Unfit();
    return { ...only, ...rest };
  }

  #plainKeywords(schema: JsonObject): JsonObject {
    const out: JsonObject = {};
    const told: string[] = [];
    for (const [key, value] of Object.entries(schema)) {
      if (STRUCTURE.has(key) || ANNOTATIONS.has(key)) continue;
      if (this.#keeps(key, value)) out[key] = value;
      else told.push(`${key}: ${JSON.stringify(value)}`);
    }
    if (Array.isArray(out.enum) && out.enum.some((value) => typeof value === "object" && value !== null)) {
      throw new Unfit();
    }
    if (told.length > 0) out.description = [out.description, `(${told.join(", ")})`].filter(Boolean).join(" ");
    return out;
  }

  #keeps(key: string, value: Json): boolean {
    if (key === "minItems") return this.#rules.keywords.has(key) && Number(value) <= this.#rules.maxMinItems;
    if (key === "format" && this.#rules.formats) return this.#rules.formats.has(String(value));
    return this.#rules.keywords.has(key);
  }

  /** Closed: an open object may always be answered by one without further members; a map may not. */
  #object(schema: JsonObject, out: JsonObject, depth: number): void {
    const properties = isJsonObject(schema.properties) ? schema.properties : {};
    const names = Object.keys(properties);
    const open = schema.additionalProperties;
    if ((open !== undefined && open !== false) || (names.length === 0 && open === undefined)) throw new Unfit();
    const required = new Set(Array.isArray(schema.required) ? schema.required : []);
    if ([...required].some((name) => !names.includes(String(name)))) throw new Unfit();
    out.type ??= "object";
    out.properties = {};
    for (const name of names) {
      const fitted = this.#schema(properties[name], depth + 1);
      out.properties[name] = required.has(name) || !this.#rules.requiresAll ? fitted : nullable(fitted);
    }
    out.required = this.#rules.requiresAll ? names : names.filter((name) => required.has(name));
    out.additionalProperties = false;
    this.#properties += names.length;
    this.#optional += names.length - out.required.length;
    if (this.#properties > this.#rules.maxProperties || this.#optional > this.#rules.maxOptional) throw new Unfit();
  }

  #definitions(schema: JsonObject, out: JsonObject, depth: number): void {
    for (const key of ["$defs", "definitions"]) {
      const definitions = schema[key];
      if (!isJsonObject(definitions)) continue;
      if (depth > 0) throw new Unfit();
      out[key] = Object.fromEntries(
        Object.entries(definitions).map(([name, definition]) => [name, this.#schema(definition, 1)]),
      );
    }
  }

  /** Something has to say what the value is. */
  #checkShape(out: JsonObject): void {
    if (Array.isArray(out.anyOf) || Array.isArray(out.type)) this.#unions++;
    if (this.#unions > this.#rules.maxUnions) throw new Unfit();
    if (typeof out.$ref === "string" && resolveRef(out.$ref, this.#root) === undefined) throw new Unfit();
    if (!SHAPES.some((key) => key in out)) throw new Unfit();
  }

  #refuseRecursion(schema: Json | undefined): void {
    if (Array.isArray(schema)) return schema.forEach((each) => this.#refuseRecursion(each));
    if (!isJsonObject(schema)) return;
    for (const [key, value] of Object.entries(schema)) {
      if (key === "$defs" || key === "definitions" || key === "enum" || key === "const") continue;
      if (key !== "$ref" || typeof value !== "string") this.#refuseRecursion(value);
      else this.#followRef(value);
    }
  }

  #followRef(ref: string): void {
    if (ref === "#" || this.#openRefs.has(ref)) throw new Unfit();
    this.#openRefs.add(ref);
    this.#refuseRecursion(resolveRef(ref, this.#root));
    this.#openRefs.delete(ref);
  }
}

/** Handled by their own functions. */
const STRUCTURE: ReadonlySet<string> = new Set([
  "properties",
  "required",
  "additionalProperties",
  "items",
  "anyOf",
  "oneOf",
  "allOf",
  "$defs",
  "definitions",
]);
const SHAPES = ["type", "enum", "const", "anyOf", "$ref"];

/** What a reference inside the same schema names: `#`, `#/$defs/name`, … . */
export function resolveRef(ref: string, root: JsonSchema): Json | undefined {
  if (ref === "#") return root;
  if (!ref.startsWith("#/")) return undefined;
  let value: Json | undefined = root;
  for (const part of ref.slice(2).split("/")) {
    const key = decoded(part).replaceAll("~1", "/").replaceAll("~0", "~");
    value = isJsonObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  }
  return value;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function nullable(schema: JsonObject): JsonObject {
  if (allowsNull(schema)) return schema;
  if ("const" in schema || "$ref" in schema || Array.isArray(schema.anyOf)) {
    return { anyOf: [...(Array.isArray(schema.anyOf) ? schema.anyOf : [schema]), { type: "null" }] };
  }
  const out: JsonObject = { ...schema };
  if (schema.type !== undefined) out.type = [...(Array.isArray(schema.type) ? schema.type : [schema.type]), "null"];
  if (Array.isArray(schema.enum)) out.enum = [...schema.enum, null];
  return out;
}
