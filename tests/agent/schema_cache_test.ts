// A fan-out compiles its schema once, and the cache does not grow without end.
import assert from "node:assert/strict";
import { SchemaCache } from "../../src/agent/schema_cache.ts";

const named = (key: string) => ({ type: "object", properties: { [key]: { type: "number" } }, required: [key] });

Deno.test("equal schemas share one validator, whatever the order of their keys", async () => {
  const cache = new SchemaCache();
  const { type, properties, required } = named("a");
  const first = await cache.validator({ type, properties, required });
  assert.equal(await cache.validator({ required, properties, type }), first);
  assert.notEqual(await cache.validator(named("b")), first);
});

Deno.test("the least recently used of more than 256 schemas is dropped, and a used one stays", async () => {
  const cache = new SchemaCache();
  const kept = await cache.validator(named("kept"));
  const dropped = await cache.validator(named("dropped"));
  for (let index = 0; index < 255; index++) {
    await cache.check(named(`other${index}`));
    assert.equal(await cache.validator(named("kept")), kept);
  }
  assert.notEqual(await cache.validator(named("dropped")), dropped);
});

Deno.test("calls at once share the loading of the validator library and get their own answers", async () => {
  const cache = new SchemaCache();
  const [a, b] = await Promise.all([cache.validator(named("a")), cache.validator(named("b"))]);
  assert.deepEqual(a?.({ a: 1 }), []);
  assert.deepEqual(b?.({ a: 1 }), ["the root must have required property 'b'"]);
});

Deno.test("validating leaves the value as it is: no defaults, no removal, no coercion", async () => {
  const cache = new SchemaCache();
  const validate = await cache.validator({
    type: "object",
    properties: { a: { type: "number", default: 3 }, b: { type: "string" } },
    additionalProperties: false,
  });
  const value = { b: "1", c: true };
  assert.deepEqual(validate(value), ['the root must NOT have additional properties: "c"']);
  assert.deepEqual(value, { b: "1", c: true });
});
