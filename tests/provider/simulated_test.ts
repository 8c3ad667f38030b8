// The simulated provider: the same answer for the same request, valid for its schema, without any network.
import { Ajv2020 } from "ajv/dist/2020.js";
import assert from "node:assert/strict";
import type { JsonSchema } from "../../src/json.ts";
import { type GenerateResult, ProviderError } from "../../src/provider.ts";
import { openProvider } from "../../src/provider/open.ts";
import { asked, patient, settingsWith } from "./settings.ts";

const open = () => openProvider(settingsWith([]));
const fast = (prompt: string, schema?: JsonSchema): Promise<GenerateResult> =>
  open().generate(asked(prompt, { model: "sim/fast", ...(schema && { schema }) }), patient());

Deno.test("a text says that it is simulated and what it was asked about", async () => {
  const { text, finishReason, usage, usageReported } = await fast("Summarize the architecture of this repository");
  assert.match(text, /^\[simulated\]/);
  assert.match(text, /architecture/);
  assert.equal(finishReason, "stop");
  assert.equal(usageReported, true);
  assert.ok(usage.inputTokens > 5 && usage.outputTokens > 5);
});

Deno.test("the same request gives the same answer in another process, a different one a different answer", async () => {
  const results = await Promise.all([fast("one"), fast("one"), fast("two")]);
  assert.deepEqual(results[0], results[1]);
  assert.notEqual(results[0]?.text, results[2]?.text);
});

const SCHEMAS: JsonSchema[] = [
  {
    type: "object",
    properties: { a: { type: "string" }, b: { type: "integer" }, c: { type: "boolean" } },
    required: ["a", "b", "c"],
  },
  {
    type: "object",
    properties: {
      kind: { enum: ["bug", "feature"] },
      fixed: { const: 42 },
      score: { type: "number", minimum: 0, maximum: 1 },
      count: { type: "integer", exclusiveMinimum: 3, exclusiveMaximum: 5 },
      even: { type: "integer", multipleOf: 2, minimum: 7 },
      below: { type: "integer", maximum: -5 },
      list: {
        type: "array",
        items: { type: "string", minLength: 30, maxLength: 40 },
        minItems: 4,
        maxItems: 5,
        uniqueItems: true,
      },
    },
    required: ["kind", "fixed", "score", "count", "even", "below", "list"],
    additionalProperties: false,
  },
  {
    type: "object",
    properties: {
      tree: { $ref: "#/$defs/Node" },
      either: { anyOf: [{ type: "null" }, { type: "object", properties: { x: { type: "number" } }, required: ["x"] }] },
      one: { oneOf: [{ type: "string", maxLength: 3 }, { type: "number" }] },
      nullable: { type: ["string", "null"] },
      nothing: { type: "null" },
    },
    required: ["tree", "either", "one", "nullable", "nothing"],
    $defs: {
      Node: {
        type: "object",
        properties: { name: { type: "string" }, children: { type: "array", items: { $ref: "#/$defs/Node" } } },
        required: ["name", "children"],
      },
    },
  },
  {
    type: "object",
    properties: {
      id: { type: "string", pattern: "^[A-Z]{2,4}-\\d{3}$" },
      version: { type: "string", pattern: "^v?(\\d+)\\.(\\d+)\\.(\\d+)(?:-[a-z]+)?$" },
      color: { type: "string", pattern: "^(red|green|blue)$" },
      tags: { type: "array", items: { type: "string", pattern: "^[\\w-]+$" } },
    },
    required: ["id", "version", "color", "tags"],
  },
  {
    allOf: [{ type: "object", properties: { a: { type: "string" } }, required: ["a"] }],
    properties: { b: { type: "array", prefixItems: [{ type: "string" }, { type: "number" }], items: false } },
    required: ["b", "c"],
    type: "object",
  },
  { type: "object", additionalProperties: { type: "number" }, minProperties: 2 },
  {
    type: "object",
    properties: { pair: { type: "array", items: { enum: [1, 2] }, minItems: 2, uniqueItems: true } },
    required: ["pair"],
  },
];

for (const [index, schema] of SCHEMAS.entries()) {
  Deno.test(`instances satisfy schema ${index + 1} of the suite, for many prompts`, async () => {
    const validate = new Ajv2020({ strict: false }).compile(schema);
    for (let prompt = 0; prompt < 50; prompt++) {
      const value = JSON.parse((await fast(`prompt ${prompt}`, schema)).text);
      assert.ok(validate(value), `${JSON.stringify(value)}: ${JSON.stringify(validate.errors)}`);
    }
  });
}

Deno.test("known formats are what they are called", async () => {
  const shapes: Record<string, RegExp> = {
    "date-time": /^\d{4}-\d\d-\d\dT[\d:]+Z$/,
    date: /^\d{4}-\d\d-\d\d$/,
    email: /^\S+@\S+\.\S+$/,
    uri: /^https:\/\/\S+$/,
    uuid: /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    ipv4: /^\d+\.\d+\.\d+\.\d+$/,
  };
  const properties = Object.fromEntries(Object.keys(shapes).map((format) => [format, { type: "string", format }]));
  const value = JSON.parse((await fast("x", { type: "object", properties, required: Object.keys(shapes) })).text);
  for (const [format, shape] of Object.entries(shapes)) assert.match(value[format], shape);
});

Deno.test("schemas without end or sense end quickly in some JSON", async () => {
  const bush = {
    type: "object",
    properties: { a: { $ref: "#" }, b: { $ref: "#" }, c: { $ref: "#" } },
    required: ["a", "b", "c"],
  };
  const hostile: JsonSchema[] = [
    bush,
    { type: "object", properties: { x: { type: "array", minItems: 1e12, items: {} } } },
    {
      type: "object",
      properties: { x: { type: "string", minLength: 1e12 }, y: { pattern: "a{999999999}" }, z: { pattern: "^(a+)+$" } },
    },
    {
      type: "object",
      properties: { x: { pattern: "(((" }, y: { $ref: "#/nowhere" }, z: { allOf: [{ $ref: "#/properties/z" }] } },
    },
  ];
  hostile.push({ type: "object", patternProperties: { "(((": { type: "string" } }, required: ["x"] });
  const started = performance.now();
  for (const schema of hostile) JSON.parse((await fast("x", schema)).text);
  assert.ok(performance.now() - started < 2000);
});

Deno.test("sim:flaky fails some first attempts with retryable errors or an invalid answer, and then answers", async () => {
  const provider = open();
  const schema = SCHEMAS[0] as JsonSchema;
  const kinds = new Set<string>();
  const askUntilAnswered = async (index: number) => {
    const request = asked(`prompt ${index}`, { model: "sim/flaky", ...(index % 2 && { schema }) });
    for (let attempt = 0;; attempt++) {
      assert.ok(attempt <= 2, "at most two failures in a row");
      const outcome: GenerateResult | ProviderError = await provider.generate(request, patient()).catch((error) =>
        error
      );
      if (outcome instanceof ProviderError) {
        assert.equal(outcome.retryable, true);
        kinds.add(outcome.code);
      } else if (index % 2 && !isJson(outcome.text)) kinds.add("invalid");
      else return attempt === 0 ? kinds.add("at once") : kinds;
    }
  };
  await Promise.all(Array.from({ length: 60 }, (_, index) => askUntilAnswered(index)));
  assert.deepEqual([...kinds].sort(), ["at once", "invalid", "rate_limit", "service_unavailable"]);
});

Deno.test("an answer that was sent back with its error is mended", async () => {
  const provider = open();
  const schema = SCHEMAS[0] as JsonSchema;
  for (let index = 0; index < 10; index++) {
    const messages = [
      { role: "user" as const, content: `prompt ${index}` },
      { role: "assistant" as const, content: "{bad" },
      { role: "user" as const, content: "that was no JSON" },
    ];
    const { text } = await provider.generate(asked("", { model: "sim/flaky", schema, messages }), patient());
    assert.ok(isJson(text));
  }
});

Deno.test("an abort ends a slow simulated answer with the signal's own reason", async () => {
  const reason = new Error("enough");
  const controller = new AbortController();
  const running = open().generate(asked("x", { model: "sim/slow" }), patient({ signal: controller.signal }));
  controller.abort(reason);
  await assert.rejects(running, (thrown) => thrown === reason);
});

Deno.test("an unknown variant answers like sim itself", async () => {
  const provider = open();
  const named = await provider.generate(asked("x", { model: "sim/claude-opus-5-5" }), patient());
  const plain = await provider.generate(asked("x", { model: "sim/default" }), patient());
  assert.equal(named.text, plain.text);
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
