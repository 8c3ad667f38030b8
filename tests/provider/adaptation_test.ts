// What a server does not understand is left out, once, and remembered.
import assert from "node:assert/strict";
import type { ProviderApi } from "../../src/config.ts";
import type { GenerateRequest } from "../../src/provider.ts";
import { openProvider } from "../../src/provider/open.ts";
import { startWireServer, type WireCall, wireProvider } from "../wire_server.ts";
import { asked, patient, settingsWith } from "./settings.ts";

const SCHEMA = { type: "object", properties: { a: { type: "number" } }, required: ["a"] };
const refusal = (message: string) => ({ status: 400, body: { error: { message, type: "invalid_request_error" } } });

interface Case {
  name: string;
  api: Exclude<ProviderApi, "simulated">;
  request: Partial<GenerateRequest>;
  refused: (body: WireCall["body"]) => boolean;
  message: string;
}

const CASES: Case[] = [
  {
    name: "temperature",
    api: "anthropic-messages",
    request: { temperature: 0.3 },
    refused: (body) => "temperature" in body,
    message: "`temperature` is not supported by this model",
  },
  {
    name: "effort",
    api: "anthropic-messages",
    request: { effort: "high" },
    refused: (body) => "output_config" in body,
    message: "output_config.effort: this model does not support the effort parameter",
  },
  {
    name: "output_config.format",
    api: "anthropic-messages",
    request: { schema: SCHEMA },
    refused: (body) => "output_config" in body,
    message: "output_config.format: structured outputs are not available for this model",
  },
  {
    name: "stream_options",
    api: "openai-chat",
    request: {},
    refused: (body) => "stream_options" in body,
    message: "Unrecognized request argument supplied: stream_options",
  },
  {
    name: "response_format",
    api: "openai-chat",
    request: { schema: SCHEMA },
    refused: (body) => "response_format" in body,
    message: "This response_format type is unavailable now",
  },
  {
    name: "max_tokens",
    api: "openai-chat",
    request: { maxTokens: 50 },
    refused: (body) => "max_tokens" in body,
    message:
      "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
  },
  {
    name: "reasoning_effort",
    api: "openai-chat",
    request: { effort: "low" },
    refused: (body) => "reasoning_effort" in body,
    message: "reasoning_effort is not supported",
  },
  {
    name: "streaming",
    api: "openai-responses",
    request: {},
    refused: (body) => body.stream === true,
    message: "Your organization must be verified to stream this model",
  },
  {
    name: "thinking",
    api: "ollama-chat",
    request: { effort: "high" },
    refused: (body) => "think" in body,
    message: '"test-model" does not support thinking',
  },
];

for (const { name, api, request, refused, message } of CASES) {
  Deno.test(`${api}: ${name} that a 400 names is left out at once, and in every later call of that model`, async () => {
    const answer = (call: WireCall) => refused(call.body) ? refusal(message) : '{"a":1}';
    await using server = startWireServer({ answer });
    const provider = openProvider(settingsWith([wireProvider(server, api)]));
    assert.equal((await provider.generate(asked("x", request), patient())).text, '{"a":1}');
    assert.equal(server.calls.length, 2);
    await provider.generate(asked("y", request), patient());
    assert.equal(server.calls.length, 3);
    await provider.generate(asked("z", { ...request, model: "wire/other-model" }), patient());
    assert.equal(server.calls.length, 5, "another model is asked for itself");
  });
}

Deno.test("a refused schema becomes an instruction, and only for that schema when it is the schema's fault", async () => {
  const answer = (call: WireCall) =>
    JSON.stringify(call.body).includes('"bad"') && "response_format" in call.body
      ? refusal("Invalid schema for response_format 'answer': 'bad' is not permitted")
      : '{"a":1}';
  await using server = startWireServer({ answer });
  const provider = openProvider(settingsWith([wireProvider(server, "openai-chat")]));
  const bad = { type: "object", properties: { bad: { type: "number" } }, required: ["bad"] };
  await provider.generate(asked("x", { schema: bad }), patient());
  assert.match(server.calls[1]?.system ?? "", /JSON Schema/);
  await provider.generate(asked("x", { schema: SCHEMA }), patient());
  assert.ok("response_format" in (server.calls[2]?.body ?? {}));
});

Deno.test("several refusals of one call are met one after the other", async () => {
  const answer = ({ body }: WireCall) => {
    if ("temperature" in body) return refusal("temperature is not supported");
    return "reasoning_effort" in body ? refusal("reasoning_effort is not supported") : "ok";
  };
  await using server = startWireServer({ answer });
  const provider = openProvider(settingsWith([wireProvider(server, "openai-chat")]));
  assert.equal((await provider.generate(asked("x", { temperature: 1, effort: "low" }), patient())).text, "ok");
  assert.equal(server.calls.length, 3);
});

Deno.test("a max_tokens above the model's limit is lowered to the limit that the refusal names", async () => {
  const answer = ({ body }: WireCall) =>
    Number(body.max_tokens) > 4096
      ? refusal("max_tokens: 16000 > 4096, which is the maximum allowed number of output tokens for test-model")
      : "ok";
  await using server = startWireServer({ answer });
  const provider = openProvider(settingsWith([wireProvider(server, "anthropic-messages")]));
  await provider.generate(asked("x"), patient());
  await provider.generate(asked("y"), patient());
  assert.deepEqual(server.calls.map((call) => call.body.max_tokens), [16_000, 4096, 4096]);
});

Deno.test("a 400 that names nothing which was sent is the caller's, after one request", async () => {
  for (const message of ["messages: at least one is required", "temperature is wrong", "the schema is wrong"]) {
    await using server = startWireServer({ answer: () => refusal(message) });
    const provider = openProvider(settingsWith([wireProvider(server, "openai-chat")]));
    await assert.rejects(provider.generate(asked("x"), patient()), { code: "bad_request", retryable: false });
    assert.equal(server.calls.length, 1);
  }
});

Deno.test("a server that refuses a thing again and again is not asked for ever", async () => {
  await using server = startWireServer({
    answer: () => refusal("temperature and reasoning_effort and stream_options are wrong"),
  });
  const provider = openProvider(settingsWith([wireProvider(server, "openai-chat")]));
  await assert.rejects(provider.generate(asked("x", { temperature: 1, effort: "low" }), patient()), {
    code: "bad_request",
  });
  assert.ok(server.calls.length <= 4);
});
