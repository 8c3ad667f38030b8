// generate() against a server of each wire format: answers, tools, pauses, usage, structured output.
import assert from "node:assert/strict";
import type { ProviderApi } from "../../src/config.ts";
import type { Json, JsonObject } from "../../src/json.ts";
import { ProviderError } from "../../src/provider.ts";
import { openProvider } from "../../src/provider/open.ts";
import { startWireServer, type WireCall, wireProvider } from "../wire_server.ts";
import { asked, patient, settingsWith } from "./settings.ts";

const APIS: Exclude<ProviderApi, "simulated">[] = [
  "anthropic-messages",
  "openai-chat",
  "openai-responses",
  "ollama-chat",
];
const SCHEMA = {
  type: "object",
  properties: { name: { type: "string" }, note: { type: "string" } },
  required: ["name"],
};
const TOOLS = [{
  name: "read",
  description: "reads",
  schema: { type: "object", properties: { path: { type: "string" } } },
}];

for (const api of APIS) {
  Deno.test(`${api}: a text comes back verbatim with the reported usage`, async () => {
    await using server = startWireServer({
      answer: () => ({ text: " an answer\nof two lines ", usage: { input: 30, output: 7 } }),
    });
    const provider = openProvider(settingsWith([wireProvider(server, api)]));
    const result = await provider.generate(asked("hello", { system: "be brief" }), patient());
    assert.equal(result.text, " an answer\nof two lines ");
    assert.equal(result.finishReason, "stop");
    assert.equal(result.usageReported, true);
    assert.equal(result.usage.inputTokens, 30);
    assert.equal(result.usage.outputTokens, 7);
    assert.equal(server.calls[0]?.prompt, "hello");
    assert.equal(server.calls[0]?.system, "be brief");
    assert.equal(server.calls[0]?.model, "test-model");
  });

  Deno.test(`${api}: a server that answers plain JSON to a streaming request is read too`, async () => {
    await using server = startWireServer({
      plainJson: true,
      answer: () => ({ text: "plain", toolCalls: [{ name: "read", input: { path: "a" } }] }),
    });
    const provider = openProvider(settingsWith([wireProvider(server, api)]));
    const result = await provider.generate(asked("x", { tools: TOOLS }), patient());
    assert.equal(result.text, "plain");
    assert.deepEqual(result.toolCalls.map(({ name, input }) => ({ name, input })), [{
      name: "read",
      input: { path: "a" },
    }]);
    assert.equal(result.usageReported, true);
  });

  Deno.test(`${api}: without reported usage there is an estimate, and it says so`, async () => {
    await using server = startWireServer({ answer: () => ({ text: "x".repeat(400), usage: null }) });
    const provider = openProvider(settingsWith([wireProvider(server, api)]));
    const result = await provider.generate(asked("y".repeat(800)), patient());
    assert.equal(result.usageReported, false);
    assert.ok(result.usage.inputTokens >= 200 && result.usage.inputTokens < 220);
    assert.equal(result.usage.outputTokens, 100);
  });

  Deno.test(`${api}: an answer cut at the output limit is "length"`, async () => {
    await using server = startWireServer({ answer: () => ({ text: "cut", finishReason: "length" }) });
    const provider = openProvider(settingsWith([wireProvider(server, api)]));
    assert.equal((await provider.generate(asked("x"), patient())).finishReason, "length");
  });

  Deno.test(`${api}: a tool loop goes to its end, and the second turn holds call and result`, async () => {
    const answer = (call: WireCall) =>
      call.index === 0 ? { toolCalls: [{ name: "read", input: { path: "a" } }] } : "done";
    await using server = startWireServer({ answer });
    const provider = openProvider(settingsWith([wireProvider(server, api)]));
    const first = await provider.generate(asked("x", { tools: TOOLS }), patient());
    assert.equal(first.finishReason, "tool_calls");
    const [call] = first.toolCalls;
    assert.ok(call && first.wire);
    const second = await provider.generate(
      asked("x", {
        tools: TOOLS,
        messages: [
          { role: "user", content: "x" },
          { role: "assistant", content: first.text, toolCalls: first.toolCalls, wire: first.wire },
          { role: "tool", results: [{ id: call.id, name: call.name, content: "the file's text" }] },
        ],
      }),
      patient(),
    );
    assert.equal(second.text, "done");
    const sent = JSON.stringify(server.calls[1]?.body);
    assert.match(sent, /the file's text/);
    if (api !== "ollama-chat") assert.ok(sent.split(call.id).length >= 3, "call and result name the same id");
  });

  Deno.test(`${api}: the wanted shape goes out in the provider's own mode`, async () => {
    await using server = startWireServer({ answer: () => ({ json: { name: "n", note: null } } as { json: Json }) });
    const provider = openProvider(settingsWith([wireProvider(server, api)]));
    await provider.generate(asked("x", { schema: SCHEMA }), patient());
    const body = server.calls[0]?.body as JsonObject;
    const places = [body.format, body.output_config, body.response_format, body.text].filter((place) =>
      place !== undefined
    );
    assert.equal(places.length, 1);
    assert.match(JSON.stringify(places[0]), /"name"/);
  });

  Deno.test(`${api}: a schema that does not fit goes out as an instruction`, async () => {
    await using server = startWireServer({ answer: () => ({ json: { a: 1 } }) });
    const settings = wireProvider(server, api, api === "ollama-chat" ? { quirks: { jsonSchema: false } } : {});
    const schema = { type: "object", additionalProperties: { type: "number" } };
    const result = await openProvider(settingsWith([settings])).generate(
      asked("x", { schema, system: "be brief" }),
      patient(),
    );
    assert.deepEqual(JSON.parse(result.text), { a: 1 });
    const call = server.calls[0];
    assert.match(call?.system ?? "", /be brief[\s\S]*JSON Schema[\s\S]*additionalProperties/);
    for (const member of ["format", "output_config", "response_format", "text"]) {
      assert.equal(call?.body[member], undefined);
    }
  });
}

Deno.test("nulls that the strict mode forced are taken out again, so that the original schema holds", async () => {
  await using server = startWireServer({ answer: () => ({ json: { name: "n", note: null } }) });
  const provider = openProvider(settingsWith([wireProvider(server, "openai-chat")]));
  const result = await provider.generate(asked("x", { schema: SCHEMA }), patient());
  assert.deepEqual(JSON.parse(result.text), { name: "n" });
});

Deno.test("Ollama gets an instruction instead of a format when the model may call tools", async () => {
  await using server = startWireServer({ answer: () => ({ json: { name: "n" } }) });
  const provider = openProvider(settingsWith([wireProvider(server, "ollama-chat")]));
  await provider.generate(asked("x", { schema: SCHEMA, tools: TOOLS }), patient());
  assert.equal(server.calls[0]?.body.format, undefined);
  assert.match(server.calls[0]?.system ?? "", /JSON Schema/);
});

Deno.test("a refusal is an answer with that reason, in each format that knows it", async () => {
  for (const api of ["anthropic-messages", "openai-chat", "openai-responses"] as const) {
    await using server = startWireServer({ answer: () => ({ text: "I can't help", finishReason: "refusal" }) });
    const provider = openProvider(settingsWith([wireProvider(server, api)]));
    const result = await provider.generate(asked("x"), patient());
    assert.equal(result.finishReason, "refusal");
    assert.equal(result.text, "I can't help");
  }
});

Deno.test("a paused turn is sent again until it ends, and its usage is added up", async () => {
  const turn = (text: string, reason: string) => ({
    id: "m",
    type: "message",
    role: "assistant",
    content: [{ type: "text", text }],
    stop_reason: reason,
    usage: { input_tokens: 10, output_tokens: 5 },
  });
  await using server = startWireServer({
    answer: (call) => ({
      raw: [JSON.stringify(call.index === 0 ? turn("first ", "pause_turn") : turn("second", "end_turn"))],
    }),
  });
  const provider = openProvider(settingsWith([wireProvider(server, "anthropic-messages")]));
  const result = await provider.generate(asked("x"), patient());
  assert.equal(result.text, "first second");
  assert.equal(result.finishReason, "stop");
  assert.equal(result.usage.outputTokens, 10);
  assert.deepEqual((server.calls[1]?.body.messages as JsonObject[]).map((message) => message.role), [
    "user",
    "assistant",
  ]);
});

Deno.test("a full context window is an overflow with its usage, not an answer", async () => {
  const cut = {
    content: [],
    stop_reason: "model_context_window_exceeded",
    usage: { input_tokens: 9, output_tokens: 1 },
  };
  await using server = startWireServer({ answer: () => ({ raw: [JSON.stringify(cut)] }) });
  const provider = openProvider(settingsWith([wireProvider(server, "anthropic-messages")]));
  const error = await provider.generate(asked("x"), patient()).catch((thrown) => thrown);
  assert.ok(error instanceof ProviderError);
  assert.equal(error.code, "context_overflow");
  assert.equal(error.retryable, false);
  assert.equal(error.usage?.inputTokens, 9);
});

Deno.test("Ollama: a prompt that fills the whole context was truncated, and is an overflow", async () => {
  await using server = startWireServer({ answer: () => ({ text: "half", usage: { input: 8192, output: 3 } }) });
  const provider = openProvider(settingsWith([wireProvider(server, "ollama-chat")]));
  await assert.rejects(provider.generate(asked("x"), patient()), { code: "context_overflow", retryable: false });
});

Deno.test("each provider gets its key where it wants it, and configured headers", async () => {
  await using server = startWireServer({ answer: () => "ok" });
  const send = async (api: Exclude<ProviderApi, "simulated">, quirks = {}) => {
    const settings = wireProvider(server, api, { headers: { "X-Team": "blue" }, quirks, version: "2026-10-21" });
    await openProvider(settingsWith([settings])).generate(asked("x"), patient());
    return server.calls.at(-1)?.headers;
  };
  const anthropic = await send("anthropic-messages");
  assert.equal(anthropic?.get("x-api-key"), "secret-key-0123456789");
  assert.equal(anthropic?.get("anthropic-version"), "2026-10-21");
  assert.equal(anthropic?.get("x-team"), "blue");
  assert.equal((await send("openai-chat"))?.get("authorization"), "Bearer secret-key-0123456789");
  const azure = await send("openai-chat", { keyHeader: "api-key" });
  assert.equal(azure?.get("api-key"), "secret-key-0123456789");
  assert.equal(azure?.get("authorization"), null);
});

Deno.test("a model of an unknown provider is a ProviderError, not a crash", async () => {
  const provider = openProvider(settingsWith([]));
  await assert.rejects(provider.generate(asked("x"), patient()), {
    name: "ProviderError",
    code: "config",
    retryable: false,
  });
});
