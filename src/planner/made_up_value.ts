// An instance of a JSON Schema with every choice made the same way: how a dry run visits a script's branches.
import { isJsonObject, type Json, type JsonObject, type JsonSchema } from "../json.ts";

/** How everything that can be chosen is chosen. */
export interface Choices {
  yes: boolean;
  lists: "empty" | "long";
  numbers: "low" | "high";
  names: "first" | "last";
}

const LONG = 6;
/** Lists inside lists are shorter: their product is what a script works on. */
const LONG_INSIDE = 3;
const DEEPEST = 12;

export function madeUpValue(schema: JsonSchema, choices: Choices): Json {
  return valueOf(schema, { root: schema, choices, name: "answer", depth: 0, lists: 0 });
}

interface Place {
  root: JsonSchema;
  choices: Choices;
  name: string;
  depth: number;
  /** Lists around this place. */
  lists: number;
}

function valueOf(given: Json | undefined, place: Place): Json {
  const schema = isJsonObject(given) ? flat(given, place) : {};
  const { choices, name } = place;
  if ("const" in schema) return schema.const as Json;
  if (Array.isArray(schema.enum) && schema.enum.length > 0) {
    return schema.enum.at(choices.names === "first" ? 0 : -1) as Json;
  }
  switch (typeOf(schema)) {
    case "object":
      return objectOf(schema, place);
    case "array":
      return arrayOf(schema, place);
    case "integer":
    case "number":
      return numberOf(schema, choices);
    case "boolean":
      return choices.yes;
    case "null":
      return null;
    default:
      return `${name} made up for a dry run`.padEnd(number(schema.minLength) ?? 0, ".");
  }
}

/** One level of $ref, allOf and unions is followed at a time; what is deeper is seen when it is reached. */
function flat(schema: JsonObject, place: Place): JsonObject {
  const { $ref, allOf, anyOf, oneOf, ...rest } = schema;
  if (place.depth > DEEPEST) return rest;
  const next = { ...place, depth: place.depth + 1 };
  if (typeof $ref === "string") return { ...flat(resolve($ref, place.root), next), ...rest };
  if (Array.isArray(allOf)) {
    return allOf.filter(isJsonObject).reduce((all, part) => joined(all, flat(part, next)), rest);
  }
  const union = Array.isArray(anyOf) ? anyOf : Array.isArray(oneOf) ? oneOf : [];
  const branches = union.filter(isJsonObject);
  const branch = branches.find(({ type }) => type !== "null") ?? branches[0];
  return branch ? joined(rest, flat(branch, next)) : rest;
}

function joined(left: JsonObject, right: JsonObject): JsonObject {
  const both = { ...left, ...right };
  if (isJsonObject(left.properties) && isJsonObject(right.properties)) {
    both.properties = { ...left.properties, ...right.properties };
  }
  return both;
}

function resolve(ref: string, root: JsonSchema): JsonObject {
  const parts = ref.replace(/^#\/?/, "").split("/").filter(Boolean).map((part) =>
    part.replaceAll("~1", "/").replaceAll("~0", "~")
  );
  const found = parts.reduce<Json | undefined>((at, part) => isJsonObject(at) ? at[part] : undefined, root);
  return isJsonObject(found) ? found : {};
}

function typeOf(schema: JsonObject): string {
  if (Array.isArray(schema.type)) return String(schema.type.find((type) => type !== "null") ?? "null");
  if (typeof schema.type === "string") return schema.type;
  if (schema.properties) return "object";
  return schema.items ? "array" : "string";
}

function objectOf(schema: JsonObject, place: Place): JsonObject {
  if (place.depth > DEEPEST) return {};
  const properties = isJsonObject(schema.properties) ? Object.entries(schema.properties) : [];
  return Object.fromEntries(
    properties.map(([name, property]) => [name, valueOf(property, { ...place, name, depth: place.depth + 1 })]),
  );
}

function arrayOf(schema: JsonObject, place: Place): Json[] {
  if (place.depth > DEEPEST) return [];
  const least = number(schema.minItems) ?? 0;
  const most = number(schema.maxItems) ?? Infinity;
  const wanted = place.choices.lists === "empty" ? 0 : place.lists === 0 ? LONG : LONG_INSIDE;
  const length = Math.min(most, Math.max(least, wanted), 1000);
  return Array.from({ length }, (_, index) => {
    const name = `${place.name} ${index + 1}`;
    return valueOf(schema.items, { ...place, name, depth: place.depth + 1, lists: place.lists + 1 });
  });
}

function numberOf({ minimum, maximum }: JsonObject, { numbers }: Choices): number {
  const low = number(minimum) ?? Math.min(0, number(maximum) ?? 0);
  return numbers === "low" ? low : number(maximum) ?? low + 10;
}

function number(value: Json | undefined): number | undefined {
  return typeof value === "number" ? value : undefined;
}
