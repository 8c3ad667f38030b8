// Where model ids lead, in the documented order, and what is said when they lead nowhere.
import assert from "node:assert/strict";
import type { Settings } from "../../src/config.ts";
import { OdwError } from "../../src/errors.ts";
import { openProvider } from "../../src/provider/open.ts";
import { providerNamed, settingsWith } from "./settings.ts";

const PROVIDERS = [
  providerNamed("anthropic", { concurrency: 7 }),
  providerNamed("openai"),
  providerNamed("google", { missingKey: "set GEMINI_API_KEY" }),
  providerNamed("ollama", { local: true, concurrency: 2 }),
  providerNamed("openrouter"),
  providerNamed("groq"),
  providerNamed("corp"),
];

function routed(model: string | undefined, overrides: Partial<Settings> = {}): string {
  const route = openProvider(settingsWith(PROVIDERS, overrides)).route(model);
  assert.equal(route.lane, route.provider);
  return `${route.provider} ${route.modelId}`;
}

function refusal(model: string | undefined, overrides: Partial<Settings> = {}): string {
  try {
    return assert.fail(`led to ${routed(model, overrides)}`);
  } catch (error) {
    assert.ok(error instanceof OdwError, String(error));
    assert.equal(error.code, "config");
    return error.message;
  }
}

Deno.test("a provider in front of the id is split off once, and the rest goes out verbatim", () => {
  assert.equal(routed("openrouter/anthropic/claude-x"), "openrouter anthropic/claude-x");
  assert.equal(routed("groq/openai/gpt-oss-120b"), "groq openai/gpt-oss-120b");
  assert.equal(routed("ollama:qwen3:8b"), "ollama qwen3:8b");
  assert.equal(routed("ollama/hf.co/u/m:Q4"), "ollama hf.co/u/m:Q4");
});

Deno.test("built-in prefixes lead to their vendors, and gpt-oss to none", () => {
  assert.equal(routed("claude-sonnet-5-5"), "anthropic claude-sonnet-5-5");
  for (const id of ["gpt-6-sol", "chatgpt-x", "codex-1", "o3", "o4-mini"]) assert.equal(routed(id), `openai ${id}`);
  assert.match(refusal("gpt-oss:20b"), /No provider is known for model "gpt-oss:20b"/);
  assert.match(refusal("olmo-2"), /olmo-2/);
});

Deno.test("the user's rules come in their order, before the prefixes and after an explicit provider", () => {
  const routes = [{ match: "claude-*-free", provider: "corp" }, { match: "claude-*", provider: "openrouter" }];
  assert.equal(routed("claude-x-free", { routes }), "corp claude-x-free");
  assert.equal(routed("claude-x", { routes }), "openrouter claude-x");
  assert.equal(routed("anthropic/claude-x", { routes }), "anthropic claude-x");
});

Deno.test("names of the configuration are followed to the end", () => {
  const models = { default: "planning", planning: "opus", opus: "ollama/qwen3:8b" };
  assert.equal(routed(undefined, { models }), "ollama qwen3:8b");
  assert.equal(routed("planning", { models }), "ollama qwen3:8b");
  assert.equal(routed("inherit", { models }), "ollama qwen3:8b");
});

Deno.test("tier names without a setting are the default model, so that scripts of other engines run", () => {
  const models = { default: "ollama/qwen3:8b" };
  for (const tier of ["haiku", "sonnet", "opus", "fable", "planning", "fast"]) {
    assert.equal(routed(tier, { models }), "ollama qwen3:8b");
  }
});

Deno.test("a circle of names is an error that shows the circle", () => {
  const models = { default: "fast", fast: "default" };
  assert.match(refusal("fast", { models }), /"fast" → "default" → "fast"/);
  assert.match(refusal("sonnet", { models: { sonnet: "sonnet" } }), /circle/);
});

Deno.test("a default that is a tier without meaning is an error, not a loop", () => {
  assert.match(refusal("opus", { models: { default: "sonnet" } }), /models\.sonnet/);
});

Deno.test("without any default the error names the setting, the variable and the option", () => {
  assert.match(refusal(undefined), /models\.default.*ODW_MODEL.*--model/);
});

Deno.test("an unknown id goes to the default model's provider only where that costs nothing", () => {
  assert.equal(routed("qwen3:8b", { models: { default: "ollama/llama3" } }), "ollama qwen3:8b");
  assert.match(
    refusal("qwen3:8b", { models: { default: "claude-sonnet-5-5" } }),
    /providers: anthropic, openai, ollama/,
  );
});

Deno.test("a missing key is told in the provider's own words, before anything starts", () => {
  assert.match(refusal("gemini-4-argon"), /google, which is not set up: set GEMINI_API_KEY/);
});

Deno.test("a rule or prefix whose provider is not configured names the setting that is missing", () => {
  assert.match(refusal("x", { routes: [{ match: "x", provider: "nowhere" }] }), /providers\.nowhere/);
  assert.match(refusal("claude-x", { providers: [] }), /providers\.anthropic/);
});

Deno.test("sim needs no configuration, in all its spellings", () => {
  assert.equal(routed("sim"), "sim default");
  assert.equal(routed("sim:fast"), "sim fast");
  assert.equal(routed("sim/flaky"), "sim flaky");
  assert.equal(routed("any", { routes: [{ match: "any", provider: "sim" }] }), "sim any");
});

Deno.test("with nothing configured every script runs simulated, whatever models it names", () => {
  const providers = PROVIDERS.map((each) => each.local ? each : { ...each, missingKey: "set THE_KEY" });
  const overrides = { simulated: true, providers };
  assert.equal(routed(undefined, overrides), "sim default");
  assert.equal(routed("sonnet", overrides), "sim default");
  assert.equal(routed("claude-opus-5-5", overrides), "sim claude-opus-5-5");
  assert.equal(routed("openai/gpt-6-sol", overrides), "sim openai/gpt-6-sol");
  assert.equal(routed("some-unknown-model", overrides), "sim some-unknown-model");
  assert.equal(routed("sim:slow", overrides), "sim slow");
});

Deno.test("a provider that is named and needs no key is asked, even when the rest is simulated", () => {
  assert.equal(routed("ollama/qwen3", { simulated: true }), "ollama qwen3");
});

Deno.test("a route carries the lane's permits", () => {
  assert.equal(openProvider(settingsWith(PROVIDERS)).route("claude-x").concurrency, 7);
  assert.ok(openProvider(settingsWith(PROVIDERS)).route("sim").concurrency >= 16);
});

Deno.test("names like __proto__ and constructor are unknown models, not members of an object", () => {
  for (const id of ["__proto__", "constructor", "toString"]) assert.match(refusal(id), /No provider is known/);
});

Deno.test("host: leads to the coding agent that lends its model, and says why where none does, also where all else is simulated", () => {
  const lent = providerNamed("host", { api: "mcp-sampling", concurrency: 4, quirks: { tools: false } });
  for (
    const [id, modelId] of [["host", "default"], ["host:gpt-5", "gpt-5"], ["host/a/b", "a/b"], ["host:", "default"]]
  ) {
    assert.deepEqual(openProvider(settingsWith([lent])).route(id), {
      ...{ provider: "host", modelId, lane: "host", concurrency: 4, tools: false },
    });
  }
  const missing = { ...lent, missingKey: "no coding agent here" };
  for (const simulated of [false, true]) {
    const router = openProvider(settingsWith([missing], { simulated, models: { default: "host:default" } }));
    for (const id of ["host:default", undefined]) {
      assert.throws(() => router.route(id), {
        code: "config",
        message: 'Model "host:default" is the coding agent\'s own (MCP sampling): no coding agent here',
      });
    }
  }
});
