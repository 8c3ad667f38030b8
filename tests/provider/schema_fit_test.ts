// Which schemas fit a vendor's schema mode, what becomes of them, and the way back.
import { Ajv2020 } from "ajv/dist/2020.js";
import assert from "node:assert/strict";
import type { JsonSchema } from "../../src/json.ts";
import { withoutForcedNulls } from "../../src/provider/forced_nulls.ts";
import { planOutput } from "../../src/provider/output_plan.ts";
import { fitSchema } from "../../src/provider/schema_fit.ts";
import { SCHEMA_RULES } from "../../src/provider/schema_rules.ts";

const openai = (schema: JsonSchema) => fitSchema(schema, SCHEMA_RULES.openai);
const anthropic = (schema: JsonSchema) => fitSchema(schema, SCHEMA_RULES.anthropic);
const object = (properties: JsonSchema, required: string[] = Object.keys(properties)): JsonSchema => ({
  type: "object",
  properties,
  required,
});

const UNFIT: [string, JsonSchema][] = [
  ["a root that is a list", { type: "array", items: { type: "string" } }],
  ["a union at the root", { anyOf: [{ type: "object", properties: {} }] }],
  ["a map", { type: "object", additionalProperties: { type: "string" } }],
  ["an object without members", object({ any: { type: "object" } })],
  ["a value of any kind", object({ any: {} })],
  ["a list of anything", object({ list: { type: "array" } })],
  ["not", object({ a: { type: "string", not: { const: "x" } } })],
  ["if", { ...object({ a: { type: "string" } }), if: {}, then: {} }],
  ["patternProperties", { ...object({ a: { type: "string" } }), patternProperties: {} }],
  ["prefixItems", object({ a: { type: "array", prefixItems: [], items: { type: "string" } } })],
  ["an allOf of several", object({ a: { allOf: [{ type: "string" }, { minLength: 1 }] } })],
  ["a reference to another document", object({ a: { $ref: "https://example.com/s.json" } })],
  ["a reference to nothing", object({ a: { $ref: "#/$defs/none" } })],
  ["a required member without a schema", { type: "object", properties: { a: { type: "string" } }, required: ["b"] }],
  ["objects in an enum", object({ a: { enum: [{ x: 1 }] } })],
];

for (const [name, schema] of UNFIT) {
  Deno.test(`${name} fits no vendor's mode and becomes an instruction`, () => {
    assert.equal(openai(schema), null);
    assert.equal(anthropic(schema), null);
    const plan = planOutput(schema, "openai");
    assert.equal(plan.schema, undefined);
    assert.match(plan.instruction ?? "", /JSON Schema/);
  });
}

Deno.test("OpenAI: every property becomes required, optional ones nullable, objects closed", () => {
  const fitted = openai({
    $schema: "https://json-schema.org/draft/2020-12/schema",
    ...object({
      a: { type: "string" },
      b: { type: "number", default: 1 },
      c: { enum: ["x", "y"] },
      d: { $ref: "#/$defs/D" },
    }, ["a"]),
    $defs: { D: object({ e: { type: "boolean" } }, []) },
  });
  assert.deepEqual(fitted, {
    type: "object",
    properties: {
      a: { type: "string" },
      b: { type: ["number", "null"] },
      c: { enum: ["x", "y", null] },
      d: { anyOf: [{ $ref: "#/$defs/D" }, { type: "null" }] },
    },
    required: ["a", "b", "c", "d"],
    additionalProperties: false,
    $defs: {
      D: {
        type: "object",
        properties: { e: { type: ["boolean", "null"] } },
        required: ["e"],
        additionalProperties: false,
      },
    },
  });
});

Deno.test("keywords that a vendor does not take are told in the description", () => {
  const fitted = anthropic(
    object({
      a: { type: "string", description: "a name", minLength: 3 },
      b: { type: "array", items: { type: "string" }, minItems: 2 },
    }),
  );
  assert.deepEqual(fitted?.properties, {
    a: { type: "string", description: "a name (minLength: 3)" },
    b: { type: "array", items: { type: "string" }, description: "(minItems: 2)" },
  });
});

Deno.test("oneOf goes out as anyOf, a lone allOf as its member", () => {
  const fitted = openai(
    object({
      a: { oneOf: [{ type: "string" }, { type: "number" }] },
      b: { allOf: [{ type: "string" }], description: "d" },
    }),
  );
  assert.deepEqual(fitted?.properties, {
    a: { anyOf: [{ type: "string" }, { type: "number" }] },
    b: { type: "string", description: "d" },
  });
});

Deno.test("Anthropic: 24 optional properties fit, 25 do not", () => {
  const properties = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, at) => [`p${at}`, { type: "string" }]));
  assert.ok(anthropic(object(properties(24), [])));
  assert.equal(anthropic(object(properties(25), [])), null);
});

Deno.test("recursion fits OpenAI and not Anthropic", () => {
  const tree = {
    ...object({ root: { $ref: "#/$defs/Node" } }),
    $defs: { Node: object({ children: { type: "array", items: { $ref: "#/$defs/Node" } } }) },
  };
  assert.ok(openai(tree));
  assert.equal(anthropic(tree), null);
  const twice = {
    ...object({ a: { $ref: "#/$defs/N" }, b: { $ref: "#/$defs/N" } }),
    $defs: { N: object({ x: { type: "string" } }) },
  };
  assert.ok(anthropic(twice), "the same reference twice is no recursion");
});

Deno.test("deeper than ten levels does not fit OpenAI", () => {
  let schema: JsonSchema = { type: "string" };
  for (let depth = 0; depth < 11; depth++) schema = object({ inner: schema });
  assert.equal(openai(schema), null);
});

Deno.test("the schema that was given is never changed", () => {
  const schema = object({ a: { type: "string", default: "x" }, b: { oneOf: [{ type: "string" }] } }, []);
  const before = JSON.stringify(schema);
  openai(schema);
  anthropic(schema);
  assert.equal(JSON.stringify(schema), before);
});

Deno.test("forced nulls are taken out at every depth, and wanted nulls stay", () => {
  const item = {
    anyOf: [
      object({ kind: { const: "a" }, x: { type: "number" } }, ["kind"]),
      object({ kind: { const: "b" }, y: { type: ["number", "null"] } }, ["kind"]),
    ],
  };
  const schema: JsonSchema = {
    ...object({
      list: { type: "array", items: item },
      wanted: { type: ["string", "null"] },
      ref: { $ref: "#/$defs/R" },
      gone: { type: "string" },
      need: { type: ["null", "string"] },
    }, ["list", "need"]),
    $defs: { R: object({ deep: { type: "string" } }, []) },
  };
  const answer = {
    list: [{ kind: "a", x: null }, { kind: "b", y: null }],
    wanted: null,
    ref: { deep: null },
    gone: null,
    need: null,
  };
  const restored = JSON.parse(withoutForcedNulls(JSON.stringify(answer), schema));
  assert.deepEqual(restored, { list: [{ kind: "a" }, { kind: "b", y: null }], wanted: null, ref: {}, need: null });
  assert.ok(new Ajv2020({ strict: false }).compile(schema)(restored));
});

Deno.test("text without forced nulls, or without JSON, stays as it is to the letter", () => {
  const schema = object({ a: { type: "string" } }, []);
  for (const text of ['{ "a" : "x" }', "no json", "", '{"b": null}']) {
    assert.equal(withoutForcedNulls(text, schema), text);
  }
});

Deno.test("schemas that never end, or nest without end, are answered and not run into", () => {
  let deep: JsonSchema = { type: "string" };
  for (let depth = 0; depth < 20_000; depth++) deep = { anyOf: [deep] };
  assert.equal(openai(object({ deep })), null);
  assert.equal(anthropic(object({ deep })), null);
  const A = { anyOf: [{ $ref: "#/$defs/A" }, { $ref: "#/$defs/A" }, { $ref: "#/$defs/A" }] };
  const loop: JsonSchema = { ...object({ a: { $ref: "#/$defs/A" }, b: { type: "string" } }, ["a"]), $defs: { A } };
  assert.equal(withoutForcedNulls('{"a":{"x":1},"b":null}', loop), '{"a":{"x":1}}');
  assert.equal(openai(object({ a: { $ref: "#/%E0%A4%A" } })), null);
});
