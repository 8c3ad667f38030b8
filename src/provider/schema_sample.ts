// Makes an instance of a JSON Schema: what the simulated provider answers where a shape is wanted.
import { isJsonObject, type Json, type JsonObject, type JsonSchema } from "../json.ts";
import { sampleString } from "./schema_sample_string.ts";
import { resolveRef } from "./schema_fit.ts";
import type { SeededRandom } from "./seeded_random.ts";

/** Beyond this depth only what is required is given, and lists are as short as they may be. */
const DEPTH = 4;
const DEEPEST = 24;
/** Values and list items of one instance, and no more, whatever its schema says. */
const MOST_VALUES = 5000;

/** What an instance is made of. */
export interface SampleOptions {
  random: SeededRandom;
  /** Words for free texts. */
  words: string[];
}

/** An instance that satisfies `schema` as far as its keywords are known here. */
export function sampleOf(schema: JsonSchema, options: SampleOptions): Json {
  return new Sampler(schema, options).value(schema, { depth: 0, name: "answer" });
}

interface Place {
  depth: number;
  /** Name of the property, for texts that say what they stand for. */
  name: string;
}

class Sampler {
  readonly #root: JsonSchema;
  readonly #random: SeededRandom;
  readonly #words: string[];
  #made = 0;

  constructor(root: JsonSchema, { random, words }: SampleOptions) {
    this.#root = root;
    this.#random = random;
    this.#words = words;
  }

  value(given: Json | undefined, place: Place): Json {
    if (++this.#made > MOST_VALUES) return null;
    const schema = this.#merged(given, place.depth);
    if ("const" in schema) return schema.const as Json;
    if (Array.isArray(schema.enum) && schema.enum.length > 0) {
      return schema.enum[this.#random.integer(schema.enum.length)] as Json;
    }
    switch (this.#typeOf(schema)) {
      case "object":
        return this.#object(schema, place);
      case "array":
        return this.#array(schema, place);
      case "integer":
        return this.#number(schema, numeric(schema.multipleOf) ?? 1, Math.ceil);
      case "number":
        return this.#number(schema, numeric(schema.multipleOf) ?? 0.01, (value) => value);
      case "boolean":
        return this.#random.fraction() < 0.7;
      case "null":
        return null;
      default:
        return sampleString(schema, { name: place.name, random: this.#random, words: this.#words });
    }
  }

  /** References followed, allOf joined, one branch of a union chosen: the flattest one where it gets deep. */
  #merged(given: Json | undefined, depth: number): JsonObject {
    if (!isJsonObject(given)) return {};
    let schema = given;
    for (let hops = 0; hops < 32; hops++) {
      const { $ref, allOf, anyOf, oneOf, ...rest } = schema;
      const union = anyOf ?? oneOf;
      if (typeof $ref === "string") schema = joined(rest, resolveRef($ref, this.#root));
      else if (Array.isArray(allOf)) schema = [...allOf, unionPart(anyOf, oneOf)].reduce(joined, rest);
      else if (Array.isArray(union) && union.length > 0) schema = joined(rest, this.#branch(union, depth));
      else return schema;
    }
    return schema;
  }

  #branch(union: Json[], depth: number): Json {
    const simple = union.find((branch) =>
      isJsonObject(branch) && !branch.$ref && branch.type !== "object" && branch.type !== "array"
    );
    if (depth >= DEPTH && simple !== undefined) return simple;
    const filled = union.filter((branch) => !isJsonObject(branch) || branch.type !== "null");
    return filled[this.#random.integer(filled.length)] ?? union[0] ?? {};
  }

  #typeOf(schema: JsonObject): string {
    const types = Array.isArray(schema.type) ? schema.type.map(String) : [];
    if (types.length > 0) return types.find((type) => type !== "null") ?? "null";
    if (typeof schema.type === "string") return schema.type;
    if (schema.properties || schema.required || schema.additionalProperties || schema.minProperties) return "object";
    if (schema.items || schema.prefixItems || schema.minItems) return "array";
    return ["minimum", "maximum", "multipleOf", "exclusiveMinimum"].some((key) => key in schema) ? "number" : "string";
  }

  #object(schema: JsonObject, { depth }: Place): JsonObject {
    const properties = isJsonObject(schema.properties) ? schema.properties : {};
    const required = Array.isArray(schema.required) ? schema.required.map(String) : [];
    const out: JsonObject = {};
    if (depth > DEEPEST) return out;
    for (const [name, property] of Object.entries(properties)) {
      if (property === false || (depth >= DEPTH && !required.includes(name))) continue;
      out[name] = this.value(property, { depth: depth + 1, name });
    }
    for (const name of required.filter((each) => !(each in out))) {
      out[name] = this.value(this.#openMember(schema, name), { depth: depth + 1, name });
    }
    const least = Math.min(numeric(schema.minProperties) ?? 0, MOST_VALUES);
    for (let extra = 1; Object.keys(out).length < least; extra++) {
      out[`item${extra}`] = this.value(schema.additionalProperties, { depth: depth + 1, name: `item${extra}` });
    }
    return out;
  }

  /** The schema of a member that `properties` does not list. */
  #openMember(schema: JsonObject, name: string): Json | undefined {
    const patterns = isJsonObject(schema.patternProperties) ? Object.entries(schema.patternProperties) : [];
    return patterns.find(([pattern]) => matches(name, pattern))?.[1] ?? schema.additionalProperties;
  }

  #array(schema: JsonObject, { depth, name }: Place): Json[] {
    const first = Array.isArray(schema.prefixItems) ? schema.prefixItems : [];
    const least = Math.max(numeric(schema.minItems) ?? 0, schema.contains ? 1 : 0, first.length);
    const most = numeric(schema.maxItems) ?? Infinity;
    const wanted = depth >= DEPTH || schema.items === false ? least : 1 + this.#random.integer(3);
    const length = Math.min(most, Math.max(least, wanted), MOST_VALUES);
    const out: Json[] = [];
    // A list of unique items may have fewer different ones than wanted.
    for (let tries = 0; out.length < length && tries < length * 20; tries++) {
      const item = first[out.length] ?? schema.items ?? schema.contains;
      const value = this.value(item, { depth: depth + 1, name: `${name} ${out.length + 1}` });
      if (schema.uniqueItems !== true || !out.some((each) => JSON.stringify(each) === JSON.stringify(value))) {
        out.push(value);
      }
    }
    return out;
  }

  #number(schema: JsonObject, step: number, round: (value: number) => number): number {
    const { exclusiveMinimum, exclusiveMaximum } = schema;
    const low = numeric(exclusiveMinimum) ?? numeric(schema.minimum);
    const high = numeric(exclusiveMaximum) ?? numeric(schema.maximum);
    const unit = round(step);
    const from = low ?? (high === undefined ? 0 : high - 100 * unit);
    const to = high ?? from + 100 * unit;
    let first = Math.ceil(round(from) / unit - 1e-9);
    let last = Math.floor(to / unit + 1e-9);
    if (numeric(exclusiveMinimum) !== undefined && first * unit <= from) first++;
    if (numeric(exclusiveMaximum) !== undefined && last * unit >= to) last--;
    if (last < first) return (from + to) / 2;
    const steps = first + this.#random.integer(last - first + 1);
    return Number((steps * unit).toPrecision(12));
  }
}

function matches(name: string, pattern: string): boolean {
  try {
    return new RegExp(pattern, "u").test(name);
  } catch {
    return false;
  }
}

function unionPart(anyOf: Json | undefined, oneOf: Json | undefined): JsonObject {
  if (anyOf !== undefined) return { anyOf };
  return oneOf === undefined ? {} : { oneOf };
}

/** Both schemas as one: members of objects and lists of required names are put together. */
function joined(left: JsonObject, right: Json | undefined): JsonObject {
  if (!isJsonObject(right)) return left;
  const out: JsonObject = { ...right, ...left };
  if (isJsonObject(left.properties) && isJsonObject(right.properties)) {
    out.properties = { ...right.properties, ...left.properties };
  }
  if (Array.isArray(left.required) && Array.isArray(right.required)) {
    out.required = [...new Set([...left.required, ...right.required])];
  }
  return out;
}

function numeric(value: Json | undefined): number | undefined {
  return typeof value === "number" ? value : undefined;
}
