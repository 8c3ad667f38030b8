// Structured answers: read strictly, then tolerantly, validated without coercion, asked for again with the reason.
import assert from "node:assert/strict";
import type { Json } from "../../src/json.ts";
import { bench, fails, says } from "./scripted_provider.ts";

const schema = {
  type: "object",
  properties: { n: { type: "number" }, tag: { enum: ["a", "b"] } },
  required: ["n"],
};

Deno.test("a schema that is never satisfied fails after exactly five provider calls, with the last error and text", async () => {
  const bad = Array.from({ length: 5 }, (_, index) => says(`{"n": "${index}"}`));
  const { run, provider } = bench([...bad, says('{"n": 1}')]);
  const result = await run({ schema });
  assert.ok(result.status === "failed");
  assert.equal(result.error.code, "schema_invalid");
  assert.equal(
    result.error.message,
    "The answer did not satisfy its schema in 5 attempts; the last one: /n must be number",
  );
  assert.equal(result.rawText, '{"n": "4"}');
  assert.equal(result.attempts, 5);
  assert.equal(provider.requests.length, 5);
});

Deno.test("the next attempt sees the bad reply and every violation with its path", async () => {
  const { run, provider, retries } = bench([says('{"n": "1", "tag": "c"}'), says('{"n": 1, "tag": "a"}')]);
  const result = await run({ schema });
  assert.deepEqual(result.status === "completed" && result.value, { n: 1, tag: "a" });
  assert.deepEqual(provider.requests[1]?.messages, [
    { role: "user", content: "Say it" },
    { role: "assistant", content: '{"n": "1", "tag": "c"}' },
    {
      role: "user",
      content: "Your answer cannot be used:\n/n must be number\n" +
        '/tag must be equal to one of the allowed values: ["a","b"]\n' +
        "Answer again with the whole corrected JSON value that satisfies the schema, and nothing else.",
    },
  ]);
  assert.equal(retries.length, 1);
  assert.equal(retries[0]?.waitMs, 0);
  assert.match(retries[0]?.reason ?? "", /\/n must be number/);
});

Deno.test("thousands of violations are told in bounded text", async () => {
  const items = { type: "object", properties: { list: { type: "array", items: { type: "string" } } } };
  const long = JSON.stringify({ list: Array.from({ length: 5000 }, (_, index) => index) });
  const { run, provider } = bench([says(long), says('{"list":[]}')]);
  assert.equal((await run({ schema: items })).status, "completed");
  const told = provider.requests[1]?.messages.at(-1);
  assert.ok(told?.role === "user" && told.content.length < 2500);
  assert.match(told.content, /and 4980 more/);
});

Deno.test("a refusal is final", async () => {
  const { run, provider } = bench([says("No.", { finishReason: "refusal" }), says('{"n":1}')]);
  const result = await run({ schema });
  assert.ok(result.status === "failed");
  assert.equal(result.error.code, "refusal");
  assert.equal(provider.requests.length, 1);
});

Deno.test("a cut answer is a bad attempt, told to be shorter, even where its rest could be repaired", async () => {
  const { run, provider } = bench([says('{"n": 12', { finishReason: "length" }), says('{"n": 123}')]);
  const result = await run({ schema });
  assert.deepEqual(result.status === "completed" && result.value, { n: 123 });
  const told = provider.requests[1]?.messages.at(-1);
  assert.ok(told?.role === "user");
  assert.match(told.content, /cut at the output limit: be much shorter/);
});

Deno.test("an object that is not closed is never completed by repair", async () => {
  const { run } = bench([says('Here: {"n": 1, "tag": "a"'), says('```json\n{"n": 1,\n```')], {
    agent: { schemaAttempts: 2 },
  });
  const result = await run({ schema });
  assert.equal(result.status, "failed");
});

Deno.test("an empty answer is a bad attempt and never goes back as an empty message", async () => {
  const { run, provider } = bench([says(""), says('{"n": 1}')]);
  assert.equal((await run({ schema })).status, "completed");
  assert.deepEqual(provider.requests[1]?.messages[1], { role: "assistant", content: "(no answer)" });
});

Deno.test("prose without JSON is told so", async () => {
  const { run } = bench([says("I think it is one.")], { agent: { schemaAttempts: 1 } });
  const result = await run({ schema });
  assert.ok(result.status === "failed");
  assert.match(result.error.message, /in 1 attempt; the last one: It holds no JSON/);
});

Deno.test("nothing is coerced: a number in quotes, a null and a missing key are violations", async () => {
  for (const text of ['{"n":"1"}', '{"n":null}', "{}", "[1]", '"{}"']) {
    const { run } = bench([says(text)], { agent: { schemaAttempts: 1 } });
    assert.equal((await run({ schema })).status, "failed", text);
  }
});

Deno.test("a provider failure between two attempts keeps the raw text of the last answer", async () => {
  const { run } = bench([says('{"n":"x"}'), fails("authentication", { retryable: false })]);
  const result = await run({ schema });
  assert.ok(result.status === "failed");
  assert.equal(result.error.code, "authentication");
  assert.equal(result.rawText, '{"n":"x"}');
});

Deno.test("retries of the provider do not use up the attempts at the schema", async () => {
  const { run } = bench([says("{}"), fails("rate_limit"), says('{"n": 1}')], { agent: { schemaAttempts: 2 } });
  const result = await run({ schema });
  assert.equal(result.status, "completed");
  assert.equal(result.attempts, 3);
});

const readable: [string, string, Json][] = [
  ["strict JSON", '{"n": 1}', { n: 1 }],
  ["a code fence", 'Sure!\n```json\n{"n": 1}\n```\nAnything else?', { n: 1 }],
  ["leading and trailing prose", 'The result is {"n": 1}. I used [no] tools.', { n: 1 }],
  ["trailing commas", '{"n": 1, "tag": "a",}', { n: 1, tag: "a" }],
  ["single quotes", "{'n': 1, 'tag': 'a'}", { n: 1, tag: "a" }],
  ["unquoted keys after prose", "Result: {n: 1, tag: 'b'}", { n: 1, tag: "b" }],
  ["Python's constants", "{'n': 1, 'x': True, 'y': False, 'z': None}", { n: 1, x: true, y: false, z: null }],
  ["braces and quotes inside of strings", 'So: {"n": 1, "s": "a } \\" ] ` {"}', { n: 1, s: 'a } " ] ` {' }],
  ["an escaped apostrophe inside of single quotes", "It's {'n': 1, 's': 'it\\'s } fine'}", { n: 1, s: "it's } fine" }],
  ["an apostrophe and double quotes inside of single quotes", `{'n': 1, 's': 'it's a "test"\\n'}`, {
    n: 1,
    s: 'it\'s a "test"\n',
  }],
  ["an escaped apostrophe at the end", "{'n': 1, 's': 'the dogs\\''}", { n: 1, s: "the dogs'" }],
  ["the last of several values", 'First {"n": 1}, but better {"n": 2}', { n: 2 }],
  ["the valid one of several values", 'Answer {"n": 1}; not {"m": 2} nor {x}', { n: 1 }],
];

for (const [what, text, value] of readable) {
  Deno.test(`a structured answer is read from ${what}`, async () => {
    const { run } = bench([says(text)], { agent: { schemaAttempts: 1 } });
    const result = await run({ schema });
    assert.deepEqual(result.status === "completed" ? result.value : result.error, value);
  });
}

Deno.test("a text of a hundred thousand open brackets is given up quickly", async () => {
  const { run } = bench([says("[".repeat(100_000))], { agent: { schemaAttempts: 1 } });
  const started = performance.now();
  assert.equal((await run({ schema })).status, "failed");
  assert.ok(performance.now() - started < 3000);
});

Deno.test("dialect B's arrays and primitives are answers too", async () => {
  const array = bench([says('Found:\n[{"path": "a.ts"}]')]);
  const found = await array.run({ schema: [{ path: "string" }] }, { dialect: "execute" });
  assert.deepEqual(found.status === "completed" && found.value, [{ path: "a.ts" }]);
  const number = bench([says("42")]);
  const counted = await number.run({ schema: "number" }, { dialect: "execute" });
  assert.equal(counted.status === "completed" && counted.value, 42);
});
