import assert from "node:assert/strict";
import { loadLinearRegExp } from "../../src/agent/linear_regexp.ts";
import { SchemaCache } from "../../src/agent/schema_cache.ts";

Deno.test("a pattern that backtracks without end elsewhere answers at once", async () => {
  const validate = await new SchemaCache().validator({
    type: "object",
    properties: { text: { type: "string", pattern: "^(a+)+$" } },
  });
  // A backtracking engine needs more than 2^3000 steps here: this test ends only in linear time.
  assert.equal(validate({ text: `${"a".repeat(3000)}b` }).length, 1);
  assert.deepEqual(validate({ text: "aaa" }), []);
});

Deno.test("patterns mean what they mean in JavaScript, look-ahead included", async () => {
  const engine = await loadLinearRegExp();
  const cases: [string, string, boolean][] = [
    ["^\\d{4}-\\d{2}$", "2026-11", true],
    ["^\\d{4}-\\d{2}$", "2026-1", false],
    ["^(?!draft)[a-z]+$", "draft", false],
    ["^(?!draft)[a-z]+$", "final", true],
    ["(?<word>b+)", "abc", true],
    ["^\\p{Lu}", "É", true],
    ["a\\/b", "a/b", true],
  ];
  for (const [pattern, text, expected] of cases) assert.equal(engine(pattern, "u").test(text), expected, pattern);
});

Deno.test("a pattern that is none makes the schema unusable", async () => {
  await assert.rejects(
    new SchemaCache().check({ type: "object", properties: { a: { type: "string", pattern: "(" } } }),
    {
      code: "schema_invalid",
    },
  );
});
