// What a command gets when little or nothing is configured, and who decides about the model.
import assert from "node:assert/strict";
import { DIRECT } from "../../src/lib/outgoing.ts";
import { probeOllama } from "../../src/config/ollama_probe.ts";
import { temporaryUser } from "./config_harness.ts";

const failIfAsked = () => Promise.reject(new Error("Ollama was asked although something is configured"));

Deno.test("a probe gives null for a closed port, another server, an error status and silence", async () => {
  const silent = Promise.withResolvers<Response>();
  const answers = [
    new Response("<html>"),
    new Response("no", { status: 500 }),
    Response.json({ models: 3 }),
    silent.promise,
  ];
  await using server = Deno.serve({ port: 0, onListen() {} }, () => answers.shift()!);
  const base = `http://127.0.0.1:${server.addr.port}`;
  for (let i = 0; i < 4; i++) assert.equal(await probeOllama(base, DIRECT), null);
  silent.resolve(new Response());
  await server.shutdown();
  assert.equal(await probeOllama(base, DIRECT), null);
});

Deno.test("a probe gives the models that can chat", async () => {
  const models = [{ name: "nomic-embed-text:latest" }, { name: "qwen3:8b" }, { name: "gemma3:4b" }];
  await using server = Deno.serve({ port: 0, onListen() {} }, () => Response.json({ models }));
  assert.deepEqual(await probeOllama(`http://127.0.0.1:${server.addr.port}`, DIRECT), ["qwen3:8b", "gemma3:4b"]);
});

Deno.test("with nothing configured and no Ollama everything is simulated", async () => {
  await using user = await temporaryUser();
  const { settings, warnings } = await user.load();
  assert.equal(settings.simulated, true);
  assert.deepEqual(warnings, []);
});

Deno.test("with nothing configured a reachable Ollama's first model is every model", async () => {
  await using user = await temporaryUser();
  const asked: string[] = [];
  const probe = (baseUrl: string) => Promise.resolve((asked.push(baseUrl), ["qwen3:8b", "gemma3"]));
  const { settings } = await user.load({ OLLAMA_HOST: "10.0.0.2" }, { probe });
  assert.deepEqual(asked, ["http://10.0.0.2:11434"]);
  assert.equal(settings.simulated, false);
  for (const alias of ["default", "planning", "fast", "haiku", "sonnet", "opus", "fable"]) {
    assert.equal(settings.models[alias], "ollama/qwen3:8b");
  }
});

Deno.test("an Ollama without models, or one that was named and is silent, gives a warning that says what to do", async () => {
  await using user = await temporaryUser();
  const empty = await user.load({}, { probe: () => Promise.resolve([]) });
  assert.match(empty.warnings[0]!, /has no model; run: ollama pull/);
  assert.equal(empty.settings.simulated, true);
  const silent = await user.load({ OLLAMA_HOST: "10.0.0.2" });
  assert.match(silent.warnings[0]!, /no Ollama answers at http:\/\/10\.0\.0\.2:11434/);
  assert.equal(silent.settings.simulated, false);
});

Deno.test("nothing is asked when a key, a provider or a model is configured, or no model is needed", async () => {
  await using user = await temporaryUser();
  const probe = failIfAsked;
  await user.load({ ANTHROPIC_API_KEY: "k" }, { probe });
  await user.load({ ODW_MODEL: "claude-sonnet-5-5" }, { probe });
  await user.load({}, { probe, flags: { model: "sim:fast" } });
  await user.load({}, { probe, needsModel: false });
  await user.load({ OPENAI_BASE_URL: "http://127.0.0.1:1/v1" }, { probe });
  await user.write(`${user.home}/config.json`, '{"models": {"default": "ollama/qwen3:8b"}}');
  await user.load({}, { probe });
});

Deno.test("a model that was named without its key is not replaced by a simulation, but sim is", async () => {
  await using user = await temporaryUser();
  assert.equal((await user.load({}, { flags: { model: "claude-opus-5-5" } })).settings.simulated, false);
  assert.equal((await user.load({}, { flags: { model: "sim:fast" } })).settings.simulated, true);
  const keyed = await user.load({ ANTHROPIC_API_KEY: "k" }, { flags: { model: "sim:fast" } });
  assert.equal(keyed.settings.simulated, false);
});

Deno.test("the default model is that of the flag, else of ODW_MODEL, else of the files, else of the first vendor with a key", async () => {
  await using user = await temporaryUser();
  const env = { OPENAI_API_KEY: "k", GEMINI_API_KEY: "k" };
  const vendor = (await user.load(env)).settings.models;
  assert.deepEqual([vendor["default"], vendor["sonnet"]], ["gpt-6.1-sol", "gpt-6.1-sol"]);
  await user.write(`${user.home}/config.json`, '{"models": {"default": "file-model", "opus": "mine"}}');
  const { models } = (await user.load(env)).settings;
  assert.deepEqual([models["default"], models["fast"], models["planning"], models["opus"]], [
    "file-model",
    "file-model",
    "file-model",
    "mine",
  ]);
  assert.equal((await user.load({ ...env, ODW_MODEL: "env-model" })).settings.models["default"], "env-model");
  const flagged = await user.load({ ...env, ODW_MODEL: "env-model" }, { flags: { model: "flag-model" } });
  assert.deepEqual([flagged.settings.models["default"], flagged.settings.models["fast"]], ["flag-model", "file-model"]);
});

Deno.test("an alias is never made to stand for itself", async () => {
  await using user = await temporaryUser();
  const { models } = (await user.load({}, { flags: { model: "sonnet" } })).settings;
  assert.notEqual(models["sonnet"], "sonnet");
});

Deno.test("settings are plain JSON", async () => {
  await using user = await temporaryUser();
  const { settings } = await user.load({ ANTHROPIC_API_KEY: "k" });
  assert.deepEqual(JSON.parse(JSON.stringify(settings)), settings);
});

Deno.test("who asks for more agents at once gets wider lanes, but for those that were configured and the user's own servers", async () => {
  await using user = await temporaryUser();
  const providers =
    '{"openai": {"concurrency": 4}, "here": {"api": "openai-chat", "baseUrl": "http://127.0.0.1:1/v1"}}';
  await user.write(`${user.home}/config.json`, `{"providers": ${providers}}`);
  const { settings } = await user.load({ ANTHROPIC_API_KEY: "k" }, { flags: { concurrency: 64 } });
  const lane = (name: string) => settings.providers.find((provider) => provider.name === name)?.concurrency;
  assert.deepEqual([lane("anthropic"), lane("openai"), lane("here"), lane("ollama")], [64, 4, 16, 2]);
});
