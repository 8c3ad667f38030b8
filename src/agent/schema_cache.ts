// Compiled validators by the canonical text of their schemas: a fan-out compiles its one schema once.
import type { Ajv2020, ValidateFunction } from "ajv/dist/2020.js";
import { OdwError } from "../errors.ts";
import { canonicalJson, type Json, type JsonSchema } from "../json.ts";
import { findContradiction } from "./contradiction.ts";
import { describeViolations } from "./violations.ts";

/** Gives what is wrong with a value, a line each with its path; none: the value is valid. */
export type Validate = (value: Json) => string[];

type Entry = { validate: Validate } | { error: OdwError };

const MAX_ENTRIES = 256;

export class SchemaCache {
  readonly #entries = new Map<string, Entry>();
  #ajv: Promise<Ajv2020> | undefined;

  /** Throws OdwError `schema_invalid` when the schema is no JSON Schema, or provably no value satisfies it. */
  async check(schema: JsonSchema): Promise<void> {
    await this.validator(schema);
  }

  /** Validates without coercion and without filling in defaults. Throws as `check` does. */
  async validator(schema: JsonSchema): Promise<Validate> {
    const key = canonicalJson(schema);
    let entry = this.#entries.get(key);
    if (entry) this.#entries.delete(key);
    else entry = compileChecked(await (this.#ajv ??= loadAjv()), schema);
    this.#entries.set(key, entry);
    this.#dropOldest();
    if ("error" in entry) throw entry.error;
    return entry.validate;
  }

  /** A Map keeps the order of insertion, and every use inserts anew: the first is the least recently used. */
  #dropOldest(): void {
    if (this.#entries.size <= MAX_ENTRIES) return;
    const [oldest] = this.#entries.keys();
    if (oldest !== undefined) this.#entries.delete(oldest);
  }
}

async function loadAjv(): Promise<Ajv2020> {
  // A module of its own with a static import: the bundler gives a dynamic import of CommonJS another shape.
  const { createSchemaCompiler } = await import("./schema_compiler.ts");
  return await createSchemaCompiler();
}

function compileChecked(ajv: Ajv2020, schema: JsonSchema): Entry {
  try {
    const validate = compile(ajv, schema);
    const reason = findContradiction(schema, (part) => acceptsAlone(ajv, part));
    if (reason) return { error: unusable(`No answer can satisfy the schema: ${reason}`) };
    return { validate: (value) => validate(value) ? [] : describeViolations(validate.errors ?? []) };
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    return { error: unusable(`The schema cannot be used: ${reason}`, thrown) };
  }
}

/** Keeps no trace of the schema in `ajv`. `$schema` is left out: all drafts are read as 2020-12, whose meta-schema alone is there. */
function compile(ajv: Ajv2020, schema: JsonSchema): ValidateFunction {
  const { $schema: _, ...rest } = schema;
  try {
    return ajv.compile(rest);
  } finally {
    ajv.removeSchema(rest);
  }
}

/** A part whose references lead out of it cannot be judged alone: it counts as accepting. */
function acceptsAlone(ajv: Ajv2020, part: JsonSchema): (value: Json) => boolean {
  try {
    return compile(ajv, part);
  } catch {
    return () => true;
  }
}

function unusable(message: string, cause?: unknown): OdwError {
  return new OdwError("schema_invalid", message, { cause });
}
