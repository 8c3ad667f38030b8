// What a usage costs.
import assert from "node:assert/strict";
import type { Price, TokenUsage } from "../../src/provider.ts";
import { openProvider } from "../../src/provider/open.ts";
import { providerNamed, settingsWith } from "./settings.ts";

const usage = (parts: Partial<TokenUsage>): TokenUsage => ({
  inputTokens: 0,
  outputTokens: 0,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  reasoningTokens: 0,
  ...parts,
});
const MILLION_EACH = usage({ inputTokens: 100_000, outputTokens: 100_000 });

function cost(model: string, used: TokenUsage, prices: Record<string, Price> = {}): number | null {
  const providers = [providerNamed("anthropic"), providerNamed("openai"), providerNamed("ollama", { local: true })];
  const result = openProvider(settingsWith(providers, { prices })).cost(model, used);
  return result === null ? null : Math.round(result * 1e9) / 1e9;
}

Deno.test("an unknown model's cost is unknown, never 0", () => {
  assert.equal(cost("openai/gpt-99", MILLION_EACH), null);
  assert.equal(cost("corp/claude-opus-5-5", MILLION_EACH), null);
  assert.equal(cost("anthropic/constructor", MILLION_EACH), null);
});

Deno.test("local and simulated models cost 0", () => {
  assert.equal(cost("ollama/qwen3", MILLION_EACH), 0);
  assert.equal(cost("sim/fast", MILLION_EACH), 0);
});

Deno.test("listed models cost what the table says, also under a dated id", () => {
  assert.equal(cost("anthropic/claude-opus-5-5", MILLION_EACH), 2.4);
  assert.equal(cost("anthropic/claude-haiku-4-5-20251001", MILLION_EACH), 0.6);
  assert.equal(cost("openai/gpt-4o-2024-08-06", MILLION_EACH), 1.25);
  assert.equal(cost("openai/gpt-4o-mini", MILLION_EACH), null);
});

Deno.test("cached input is cheaper by the model's own factor, and writing the cache is dearer at Anthropic", () => {
  const cached = usage({ inputTokens: 1_000_000, cacheReadTokens: 800_000, cacheWriteTokens: 100_000 });
  assert.equal(cost("anthropic/claude-opus-4-8", cached), 0.5 + 0.4 + 0.625);
  assert.equal(cost("anthropic/claude-sonnet-5-5", usage({ inputTokens: 1_000_000, cacheReadTokens: 1_000_000 })), 0.1);
});

Deno.test("a long input costs the higher tier, for the whole call", () => {
  assert.equal(cost("openai/gpt-5.4", usage({ inputTokens: 272_000 })), 0.68);
  assert.equal(cost("openai/gpt-5.4", usage({ inputTokens: 300_000, outputTokens: 10_000 })), 1.5 + 0.225);
  assert.equal(cost("anthropic/claude-haiku-5-5", usage({ inputTokens: 200_000, cacheReadTokens: 200_000 })), 0.01);
});

Deno.test("the user's prices win over everything, the first that matches", () => {
  const prices = {
    "openai/gpt-4o": { input: 1, output: 1 },
    "openai/*": { input: 9, output: 9 },
    "ollama/*": { input: 2, output: 0 },
  };
  assert.equal(cost("openai/gpt-4o", MILLION_EACH, prices), 0.2);
  assert.equal(cost("openai/new", MILLION_EACH, prices), 1.8);
  assert.equal(cost("ollama/qwen3", MILLION_EACH, prices), 0.2);
});

Deno.test("cached input without a price of its own costs as much as other input", () => {
  const prices = { "x/y": { input: 3, output: 0 } };
  assert.equal(cost("x/y", usage({ inputTokens: 1_000_000, cacheReadTokens: 500_000 }), prices), 3);
});
