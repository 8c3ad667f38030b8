// Servers that fail, lie, fall silent or never end: each has one defined outcome, and nothing stays open.
import assert from "node:assert/strict";
import type { ProviderSettings } from "../../src/config.ts";
import { ProviderError } from "../../src/provider.ts";
import { HttpCall } from "../../src/provider/http_call.ts";
import { openProvider } from "../../src/provider/open.ts";
import { startWireServer, type WireAnswer, wireProvider } from "../wire_server.ts";
import { startBreakingServer } from "./breaking_server.ts";
import { asked, patient, providerNamed, settingsWith } from "./settings.ts";

const APIS = ["anthropic-messages", "openai-chat", "openai-responses", "ollama-chat"] as const;
const START =
  'event: message_start\ndata: {"type":"message_start","message":{"usage":{"input_tokens":40,"output_tokens":1}}}\n\n';

async function failureOf(settings: ProviderSettings, options = patient()): Promise<ProviderError> {
  const thrown = await openProvider(settingsWith([settings])).generate(asked("x"), options).catch((error) => error);
  assert.ok(thrown instanceof ProviderError, String(thrown));
  return thrown;
}

async function failureFrom(answer: WireAnswer, api: (typeof APIS)[number] = "anthropic-messages", options = patient()) {
  await using server = startWireServer({ answer: () => answer });
  return await failureOf(wireProvider(server, api), options);
}

for (const api of APIS) {
  Deno.test(`${api}: HTML under status 200 is bad_response and names baseUrl`, async () => {
    const error = await failureFrom({ raw: ["<!doctype html><html>portal</html>"], contentType: "text/html" }, api);
    assert.equal(error.code, "bad_response");
    assert.equal(error.retryable, false);
    assert.match(error.message, /HTML.*baseUrl/);
  });

  Deno.test(`${api}: invalid UTF-8 is bad_response`, async () => {
    const error = await failureFrom({ raw: [new Uint8Array([0x64, 0x61, 0x74, 0x61, 0x3a, 0xff, 0xfe])] }, api);
    assert.equal(error.code, "bad_response");
    assert.match(error.message, /UTF-8/);
  });

  Deno.test(`${api}: garbage instead of JSON is bad_response and may be tried again`, async () => {
    const error = await failureFrom({ raw: [api === "ollama-chat" ? "{garbage}\n" : "data: {garbage}\n\n"] }, api);
    assert.equal(error.code, "bad_response");
    assert.equal(error.retryable, true);
  });

  Deno.test(`${api}: an empty body is a half answer, retryable`, async () => {
    const error = await failureFrom({ raw: [] }, api);
    assert.equal(error.code, "service_unavailable");
    assert.equal(error.retryable, true);
  });

  Deno.test(`${api}: an error inside a 200 stream is that error`, async () => {
    const data = api === "openai-responses"
      ? '{"type":"response.failed","response":{"status":"failed","error":{"code":"rate_limit_exceeded","message":"slow down"}}}'
      : '{"type":"error","error":{"type":"rate_limit_error","message":"slow down"}}';
    const error = await failureFrom(
      { raw: [api === "ollama-chat" ? `${data}\n` : `event: error\ndata: ${data}\n\n`] },
      api,
    );
    assert.equal(error.code, "rate_limit");
    assert.equal(error.retryable, true);
    assert.match(error.message, /slow down/);
  });

  Deno.test(`${api}: silence for stallMs is "stalled", before the first byte and between bytes`, async () => {
    const first = api === "ollama-chat" ? '{"message":{"content":"a"}}\n' : ": wait\n\n";
    await using server = startWireServer({
      answer: (call) => ({ raw: call.index === 0 ? [first] : [new Promise<string>(() => {})], end: "hang" }),
    });
    for (let attempt = 0; attempt < 2; attempt++) {
      const error = await failureOf(wireProvider(server, api), patient({ stallMs: 60 }));
      assert.equal(error.code, "stalled");
      assert.equal(error.retryable, true);
      assert.match(error.message, /60 ms/);
    }
  });
}

Deno.test("bytes that keep coming hold the watchdog back, however long the whole answer takes", async () => {
  const later = (text: string) => new Promise<string>((resolve) => setTimeout(() => resolve(text), 40));
  const raw = async function* () {
    for (let piece = 0; piece < 6; piece++) {
      yield await later(`data: {"choices":[{"delta":{"content":"${piece}"}}]}\n\n`);
    }
    yield "data: [DONE]\n\n";
  };
  const body = ReadableStream.from(raw()).pipeThrough(new TextEncoderStream());
  await using server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, () => new Response(body));
  const settings = providerNamed("wire", { baseUrl: `http://127.0.0.1:${server.addr.port}/v1` });
  const result = await openProvider(settingsWith([settings])).generate(asked("x"), patient({ stallMs: 150 }));
  assert.equal(result.text, "012345");
});

Deno.test("Ollama's error line under status 200 is told in its words", async () => {
  const error = await failureFrom({ raw: ['{"error":"model runner has unexpectedly stopped"}\n'] }, "ollama-chat");
  assert.equal(error.code, "service_unavailable");
  assert.match(error.message, /unexpectedly stopped/);
});

Deno.test("half a stream is retryable and carries the usage that was already billed", async () => {
  await using broken = startBreakingServer(START);
  await using closing = startWireServer({ answer: () => ({ raw: [START] }) });
  for (const server of [broken, closing]) {
    const error = await failureOf(wireProvider(server, "anthropic-messages"));
    assert.equal(error.code, "service_unavailable");
    assert.equal(error.retryable, true);
    assert.equal(error.usage?.inputTokens, 40);
  }
});

Deno.test("a connection that breaks after the answer takes nothing away", async () => {
  const chunk = (choice: object) => `data: ${JSON.stringify({ choices: [choice] })}\n\n`;
  const body = chunk({ delta: { content: "whole" } }) + chunk({ delta: {}, finish_reason: "stop" });
  await using server = startBreakingServer(body);
  const result = await openProvider(settingsWith([wireProvider(server, "openai-chat")])).generate(
    asked("x"),
    patient(),
  );
  assert.equal(result.text, "whole");
});

Deno.test("a stream that never closes after its last event is closed here", async () => {
  const raw = ['data: {"choices":[{"delta":{"content":"whole"},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n'];
  await using server = startWireServer({ answer: () => ({ raw, end: "hang" }) });
  const result = await openProvider(settingsWith([wireProvider(server, "openai-chat")])).generate(
    asked("x"),
    patient(),
  );
  assert.equal(result.text, "whole");
});

Deno.test("an answer above the cap is refused and not read to its end", async () => {
  const mebibyte = new TextEncoder().encode(`: ${"x".repeat(2 ** 20)}\n`);
  let sent = 0;
  const body = () =>
    new ReadableStream<Uint8Array>({
      pull(controller) {
        if (++sent > 200) return controller.close();
        controller.enqueue(mebibyte);
      },
    });
  await using server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, () => new Response(body()));
  const error = await failureOf(providerNamed("wire", { baseUrl: `http://127.0.0.1:${server.addr.port}/v1` }));
  assert.equal(error.code, "bad_response");
  assert.equal(error.retryable, false);
  assert.match(error.message, /larger than/);
  assert.ok(sent < 150, `${sent} MiB were taken`);
});

Deno.test("a declared length above the cap is refused before a byte is read", async () => {
  const settings = providerNamed("wire");
  using call = new HttpCall(settings, { ...patient(), maxBytes: 1000 });
  const response = new Response("short", { headers: { "content-length": "200000000" } });
  await assert.rejects(call.read(response, () => assert.fail("nothing may be taken")), { code: "bad_response" });
});

Deno.test("a refused connection names the address and may be tried again", async () => {
  const listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const { port } = listener.addr;
  listener.close();
  const error = await failureOf(providerNamed("wire", { baseUrl: `http://127.0.0.1:${port}/v1` }));
  assert.equal(error.code, "service_unavailable");
  assert.equal(error.retryable, true);
  assert.match(error.message, new RegExp(`127\\.0\\.0\\.1:${port} cannot be reached`));
});

Deno.test("a TLS failure is told as such and not tried again", async () => {
  await using server = startWireServer({ answer: () => "never" });
  const error = await failureOf(providerNamed("wire", { baseUrl: `${server.url.replace("http:", "https:")}/v1` }));
  assert.equal(error.code, "service_unavailable");
  assert.equal(error.retryable, false);
  assert.match(error.message, /TLS/);
});

Deno.test("a base URL that is none is a configuration error", async () => {
  const error = await failureOf(providerNamed("wire", { baseUrl: "nonsense" }));
  assert.equal(error.code, "config");
  assert.match(error.message, /baseUrl/);
});

Deno.test({
  name: "a host that this command may not reach is denied, by Deno itself",
  permissions: { net: ["127.0.0.1:1"] },
  async fn() {
    const error = await failureOf(providerNamed("wire", { baseUrl: "http://192.0.2.1/v1" }));
    assert.equal(error.code, "denied");
    assert.equal(error.retryable, false);
  },
});

Deno.test("a redirect is never followed: the key stays where it was configured", async () => {
  await using other = startWireServer({ answer: () => "never" });
  await using server = startWireServer({
    answer: () => ({ status: 307, headers: { location: `${other.url}/v1/messages` } }),
  });
  const error = await failureOf(wireProvider(server, "anthropic-messages"));
  assert.equal(error.code, "bad_response");
  assert.equal(other.calls.length, 0);
});

Deno.test("an abort ends the call with the signal's own reason, before, while waiting and while reading", async () => {
  const reason = new Error("the user said stop");
  await using server = startWireServer({ answer: () => ({ raw: [START], end: "hang" }) });
  const provider = openProvider(settingsWith([wireProvider(server, "anthropic-messages")]));
  const early = AbortSignal.abort(reason);
  await assert.rejects(provider.generate(asked("x"), patient({ signal: early })), (thrown) => thrown === reason);
  assert.equal(server.calls.length, 0);
  const controller = new AbortController();
  const running = provider.generate(asked("x"), patient({ signal: controller.signal }));
  while (server.calls.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  controller.abort(reason);
  await assert.rejects(running, (thrown) => thrown === reason);
});

Deno.test("the key is in no error, whatever the server echoes", async () => {
  const echo = { status: 400, body: { error: { message: "you sent secret-key-0123456789" } } };
  for (const api of APIS) {
    const error = await failureFrom(echo, api);
    assert.doesNotMatch(`${error.message} ${error.stack} ${String(error.cause)}`, /secret-key/);
  }
  const settings = providerNamed("wire", {
    baseUrl: "http://user:pa55word@127.0.0.1:1/v1?key=hidden123",
    apiKey: "secret-key-0123456789",
  });
  const refused = await failureOf(settings);
  assert.doesNotMatch(`${refused.message} ${refused.stack} ${String(refused.cause)}`, /pa55word|hidden123|secret-key/);
});

Deno.test("a wild place of a block does not make an answer without end", async () => {
  const raw = [
    'data: {"type":"content_block_start","index":4294967294,"content_block":{"type":"text","text":"far"}}\n\n',
    'data: {"type":"message_delta","delta":{"stop_reason":"end_turn"}}\n\ndata: {"type":"message_stop"}\n\n',
  ];
  await using server = startWireServer({ answer: () => ({ raw }) });
  const provider = openProvider(settingsWith([wireProvider(server, "anthropic-messages")]));
  assert.equal((await provider.generate(asked("x"), patient())).text, "far");
});

Deno.test("no call leaves a body, a timer or a listener behind, however it ends", async () => {
  const ends: WireAnswer[] = ["fine", { status: 500, body: "x".repeat(200_000) }, { raw: ["data: {"] }, {
    raw: ["<html>"],
  }];
  await using server = startWireServer({ answer: (call) => ends[call.index % ends.length] ?? "fine" });
  const provider = openProvider(settingsWith([wireProvider(server, "openai-chat")]));
  const { signal } = new AbortController();
  let listeners = 0;
  const counted = new Proxy(signal, {
    get(target, name) {
      if (name === "addEventListener") return () => listeners++;
      if (name === "removeEventListener") return () => listeners--;
      const member = Reflect.get(target, name, target);
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
  for (let call = 0; call < 12; call++) {
    await provider.generate(asked("x"), patient({ signal: counted })).catch(() => undefined);
  }
  assert.equal(server.calls.length, 12);
  assert.equal(listeners, 0);
});

const LONG = "a text of some length ".repeat(20);
/** The beginning of an answer, without any report of its usage. */
const BEGINNINGS: Record<(typeof APIS)[number], string> = {
  "openai-chat": `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content: LONG } }] })}\n\n`,
  "openai-responses": `data: ${JSON.stringify({ type: "response.output_text.delta", delta: LONG })}\n\n`,
  "anthropic-messages": [
    { type: "message_start", message: {} },
    { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
    { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: LONG } },
  ].map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join(""),
  "ollama-chat": `${JSON.stringify({ message: { role: "assistant", content: LONG }, done: false })}\n`,
};

for (const api of APIS) {
  for (const [name, end] of [["ends half-way", "close"], ["breaks", "reset"]] as const) {
    Deno.test(`${api}: an answer that ${name} without a report of its usage is billed by an estimate`, async () => {
      const error = await failureFrom({ raw: [BEGINNINGS[api]], end }, api);
      assert.equal(error.code, "service_unavailable");
      assert.ok(error.usage && error.usage.inputTokens > 0, JSON.stringify(error.usage));
      assert.ok(error.usage.outputTokens > 50, JSON.stringify(error.usage));
    });
  }
}

Deno.test("an answer that falls silent is billed by an estimate, too", async () => {
  const answer = { raw: [BEGINNINGS["openai-chat"]], end: "hang" } as const;
  const error = await failureFrom(answer, "openai-chat", { ...patient(), stallMs: 300 });
  assert.equal(error.code, "stalled");
  assert.ok(error.usage && error.usage.outputTokens > 50, JSON.stringify(error.usage));
});

Deno.test("a request that no answer came to costs nothing", async () => {
  const error = await failureFrom({ status: 503, body: { error: { message: "busy" } } }, "openai-chat");
  assert.equal(error.usage, undefined);
});
