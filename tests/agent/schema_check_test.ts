// Which schemas are refused before anything starts, and how dialect B's shorthand is spelled out.
import assert from "node:assert/strict";
import { OdwError } from "../../src/errors.ts";
import type { Json, JsonSchema } from "../../src/json.ts";
import type { Dialect } from "../../src/run.ts";
import { bench, says } from "./scripted_provider.ts";

async function refusal(schema: Json, dialect: Dialect = "meta"): Promise<string> {
  const { prepare, provider } = bench([]);
  let message = "";
  await assert.rejects(prepare({ schema }, { dialect }), (thrown) => {
    assert.ok(thrown instanceof OdwError);
    assert.equal(thrown.code, "schema_invalid");
    message = thrown.message;
    return true;
  });
  assert.equal(provider.requests.length, 0);
  return message;
}

async function prepared(schema: Json, dialect: Dialect = "meta"): Promise<JsonSchema | undefined> {
  return (await bench([]).prepare({ schema }, { dialect })).schema;
}

const object = (properties: Json, more: { [key: string]: Json } = {}): JsonSchema => ({
  type: "object",
  properties,
  required: Object.keys(properties as JsonSchema),
  ...more,
});

const rootless: Json[] = [
  { type: "array", items: {} },
  { type: "string" },
  { type: ["object", "null"] },
  { anyOf: [{ type: "object" }, { type: "string" }] },
  { $ref: "#/$defs/list", $defs: { list: { type: "array" } } },
  { findings: "array" },
  {},
  [],
  "string",
  true,
  null,
];
for (const schema of rootless) {
  Deno.test(`dialect A refuses the root ${JSON.stringify(schema)}`, async () => {
    assert.match(await refusal(schema), /root of a schema must be an object|must be a JSON Schema object|no value/);
  });
}

const unsatisfiable: [string, JsonSchema, RegExp][] = [
  ["a required property that is false", object({ a: false }), /\/a allows no value, yet it is required/],
  ["an empty enum", object({ a: { enum: [] } }), /enum/],
  ["minItems above maxItems", object({ a: { type: "array", minItems: 3, maxItems: 1 } }), /minItems 3 and maxItems 1/],
  [
    "minimum above maximum",
    object({ a: { type: "number", minimum: 5, maximum: 1 } }),
    /minimum of 5 and a maximum of 1/,
  ],
  ["exclusive bounds that meet", object({ a: { type: "number", exclusiveMinimum: 1, maximum: 1 } }), /minimum of 1/],
  ["no integer between the bounds", object({ a: { type: "integer", minimum: 1.2, maximum: 1.8 } }), /no integer/],
  ["minLength above maxLength", object({ a: { type: "string", minLength: 9, maxLength: 2 } }), /minLength 9/],
  ["types that exclude each other", object({ a: { allOf: [{ type: "string" }, { type: "number" }] } }), /exclude/],
  ["a const of another type", object({ a: { type: "string", const: 1 } }), /lists no value/],
  ["an enum that the bounds exclude", object({ a: { enum: [1, 2], minimum: 3 } }), /lists no value/],
  ["a contradiction two levels down", object({ a: object({ b: false }) }), /\/a\/b allows no value/],
  ["a contradiction behind $ref", object({ a: { $ref: "#/$defs/x" } }, { $defs: { x: { not: {} } } }), /\/a allows no/],
  [
    "items that minItems demands",
    object({ a: { type: "array", minItems: 1, items: false } }),
    /\/a\/0 allows no value/,
  ],
  [
    "anyOf without a possible branch",
    object({ a: { anyOf: [false, { type: "array", minItems: 1, items: false }] } }),
    /\/a/,
  ],
  ["a required key that is not allowed", object({ a: {} }, { required: ["b"], additionalProperties: false }), /\/b/],
  ["more required keys than maxProperties", object({ a: {}, b: {} }, { maxProperties: 1 }), /requires 2 properties/],
];
for (const [what, schema, message] of unsatisfiable) {
  Deno.test(`a schema that cannot be satisfied is refused before the start: ${what}`, async () => {
    assert.match(await refusal(schema), message);
    assert.match(await refusal(schema, "execute"), message);
  });
}

Deno.test("a schema that is no JSON Schema is refused with the reason", async () => {
  assert.match(await refusal({ type: "object", properties: { a: { type: "strnig" } } }), /cannot be used: .*type/);
  assert.match(await refusal(object({ a: { type: "string", pattern: "(" } })), /cannot be used: .*regular expression/i);
  assert.match(await refusal(object({ a: { $ref: "#/$defs/none" } })), /cannot be used: .*\$defs\/none/);
});

Deno.test("the same bad schema is refused again when it comes from the cache", async () => {
  const { prepare } = bench([]);
  const schema = object({ a: false });
  await assert.rejects(prepare({ schema }), /allows no value/);
  await assert.rejects(prepare({ schema: { ...schema } }), /allows no value/);
});

Deno.test("contradictions that need not be met are no reason to refuse", async () => {
  const passing: JsonSchema[] = [
    { type: "object", properties: { a: false } },
    object({ a: { minItems: 3, maxItems: 1 } }),
    object({ a: { type: ["array", "string"], minItems: 3, maxItems: 1 } }),
    object({ a: { type: "array", items: false } }),
    object({ a: { anyOf: [false, { type: "string" }] } }),
    object({ a: { type: "string", nullable: true, minLength: 1 } }),
    object({ node: { $ref: "#" } }, { required: [] }),
    { $schema: "http://json-schema.org/draft-07/schema#", ...object({ a: { type: "string", format: "made-up" } }) },
  ];
  for (const schema of passing) assert.deepEqual(await prepared(schema), schema);
});

Deno.test("a schema that branches and recurses without end is judged quickly", async () => {
  const branch = {
    anyOf: Array.from({ length: 8 }, (_, index) => object({ [`k${index}`]: { $ref: "#/$defs/deep" } })),
  };
  const schema = object({ a: { $ref: "#/$defs/deep" } }, { $defs: { deep: { type: "object", ...branch } } });
  const started = performance.now();
  assert.deepEqual(await prepared(schema), schema);
  assert.ok(performance.now() - started < 2000);
});

Deno.test("a root that only means an object is told to be one", async () => {
  assert.deepEqual(await prepared({ properties: { a: {} } }), { type: "object", properties: { a: {} } });
});

Deno.test("two schemas with one $id are two schemas", async () => {
  const { run } = bench([says('{"a":1}'), says('{"a":"x"}')], { agent: { schemaAttempts: 1 } });
  const first = await run({ schema: { $id: "https://example.com/x", ...object({ a: { type: "number" } }) } });
  const second = await run({ schema: { $id: "https://example.com/x", ...object({ a: { type: "string" } }) } });
  assert.deepEqual([first.status, second.status], ["completed", "completed"]);
});

Deno.test("a date that is none violates its format", async () => {
  const { run } = bench([says('{"a":"2026-13-45"}')], { agent: { schemaAttempts: 1 } });
  assert.equal((await run({ schema: object({ a: { type: "string", format: "date" } }) })).status, "failed");
});

const shorthands: [Json, JsonSchema][] = [
  [
    { findings: "array", confidence: "number" },
    object({ findings: { type: "array" }, confidence: { type: "number" } }),
  ],
  [[{ path: "string" }], { type: "array", items: object({ path: { type: "string" } }) }],
  [{ a: { b: ["integer"] } }, object({ a: object({ b: { type: "array", items: { type: "integer" } } }) })],
  ["boolean", { type: "boolean" }],
  [{ type: "string", title: "string" }, object({ type: { type: "string" }, title: { type: "string" } })],
  [
    { type: "string", tags: ["string"] },
    object({
      type: { type: "string" },
      tags: { type: "array", items: { type: "string" } },
    }),
  ],
  [{ level: { enum: ["low", "high"] }, note: "any" }, object({ level: { enum: ["low", "high"] }, note: {} })],
  [{ items: "array" }, object({ items: { type: "array" } })],
];
for (const [shorthand, schema] of shorthands) {
  Deno.test(`dialect B's ${JSON.stringify(shorthand)} is shorthand`, async () => {
    assert.deepEqual(await prepared(shorthand, "execute"), schema);
  });
}

const schemas: JsonSchema[] = [
  { type: "object" },
  { type: "string", description: "a name" },
  { type: ["string", "null"] },
  { type: "array", items: { type: "string" } },
  { enum: ["a"] },
  { anyOf: [{ type: "string" }, { type: "null" }] },
  { properties: { a: { type: "string" } } },
  { $ref: "#/$defs/a", $defs: { a: { type: "string" } } },
  {},
];
for (const schema of schemas) {
  Deno.test(`dialect B's ${JSON.stringify(schema)} is JSON Schema`, async () => {
    assert.deepEqual(await prepared(schema, "execute"), schema);
  });
}

Deno.test("shorthand with an unknown type names its place and the known types", async () => {
  assert.match(await refusal({ a: { b: "strng" } }, "execute"), /schema\.a\.b is "strng".*string, number, integer/);
  assert.match(await refusal({ a: ["string", "number"] }, "execute"), /schema\.a lists 2 shapes/);
});
