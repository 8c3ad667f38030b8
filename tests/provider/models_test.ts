// What the configured providers offer: asked live, in bounded time, failures as data.
import assert from "node:assert/strict";
import { listModels } from "../../src/provider/list_models.ts";
import { openProvider } from "../../src/provider/open.ts";
import { startWireServer, wireProvider } from "../wire_server.ts";
import { providerNamed, settingsWith } from "./settings.ts";

const never = () => new AbortController().signal;

Deno.test("each wire format is asked in its own way, and models carry provider, price and context", async () => {
  await using server = startWireServer({ answer: () => "unused", models: ["gpt-4o", "other"] });
  const providers = [
    wireProvider(server, "anthropic-messages", { name: "a" }),
    wireProvider(server, "openai-chat", { name: "openai" }),
    wireProvider(server, "openai-responses", { name: "r" }),
    wireProvider(server, "ollama-chat", { name: "o", local: true }),
  ];
  const listed = await openProvider(settingsWith(providers)).models(never());
  assert.deepEqual(listed.map((each) => each.provider), ["a", "openai", "r", "o", "sim"]);
  for (const { models, error } of listed) assert.ok(models.length >= 2 && error === undefined, error);
  assert.deepEqual(listed[1]?.models[0], { id: "openai/gpt-4o", price: { input: 2.5, output: 10, cacheRead: 0.25 } });
  assert.equal(listed[1]?.models[1]?.price, null);
  assert.deepEqual(listed[3]?.models[0], { id: "o/gpt-4o", price: { input: 0, output: 0 } });
});

Deno.test("a missing key, a refused connection, an error and a page each become data beside the others", async () => {
  await using good = startWireServer({ answer: () => "unused" });
  const answers = [
    () => Response.json({ error: { message: "bad key" } }, { status: 401 }),
    () => new Response("<html>"),
    () => Response.json({ data: 1 }),
  ];
  await using server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, (request) => {
    const index = Number(new URL(request.url).pathname.split("/")[1]);
    return answers[index]?.() ?? new Response(null, { status: 500 });
  });
  const at = (index: number) =>
    providerNamed(`p${index}`, { baseUrl: `http://127.0.0.1:${server.addr.port}/${index}` });
  const providers = [
    providerNamed("nokey", { missingKey: "set NO_KEY" }),
    at(0),
    at(1),
    at(2),
    wireProvider(good, "openai-chat"),
  ];
  const listed = await openProvider(settingsWith(providers)).models(never());
  const errors = listed.map((each) => each.error ?? "none");
  assert.match(errors[0] ?? "", /set NO_KEY/);
  assert.match(errors[1] ?? "", /401.*bad key/);
  assert.match(errors[2] ?? "", /no JSON/);
  assert.match(errors[3] ?? "", /no list/);
  assert.equal(errors[4], "none");
});

Deno.test("a silent provider is given up after its time", async () => {
  const { promise, resolve } = Promise.withResolvers<Response>();
  await using server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, () => promise);
  const settings = providerNamed("mute", { baseUrl: `http://127.0.0.1:${server.addr.port}/v1` });
  const listed = await listModels(settings, { signal: never(), priceOf: () => null, timeoutMs: 50 });
  assert.match(listed.error ?? "", /50 ms/);
  resolve(new Response());
});

Deno.test("an abort ends the question with the signal's own reason", async () => {
  const reason = new Error("enough");
  await assert.rejects(
    listModels(providerNamed("x"), { signal: AbortSignal.abort(reason), priceOf: () => null }),
    (thrown) => thrown === reason,
  );
});
