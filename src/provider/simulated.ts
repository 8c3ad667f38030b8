// The simulated provider: answers deterministically from the request alone, without any network.
import { canonicalJson, type Json } from "../json.ts";
import {
  type GenerateOptions,
  type GenerateRequest,
  type GenerateResult,
  noUsage,
  ProviderError,
  type TokenUsage,
} from "../provider.ts";
import { estimateTokens, promptText } from "./estimate.ts";
import { sampleOf } from "./schema_sample.ts";
import { type SeededRandom, seededRandom } from "./seeded_random.ts";

/** Variants: `sim`, `sim:fast` (at once), `sim:slow` (seconds), `sim:flaky` (fails first attempts). */
export const SIMULATED_VARIANTS: readonly string[] = ["default", "fast", "slow", "flaky"];
/** A flaky answer fails at most this often in a row. */
const FLAKY_FAILURES = 2;
/** Requests whose failures are remembered. */
const FLAKY_MEMORY = 10_000;

/** Holds nothing but the failures that `sim:flaky` still owes. */
export class Simulated {
  /** Failures so far of flaky requests, by their hash. */
  readonly #failed = new Map<string, number>();

  async generate(modelId: string, request: GenerateRequest, { signal }: GenerateOptions): Promise<GenerateResult> {
    signal.throwIfAborted();
    const seed = seedOf(request);
    const random = seededRandom(seed);
    await pause(delayMs(modelId, random), signal);
    const fails = modelId === "flaky" && isFirstTurn(request) && this.#failsNow(seed, random.fraction());
    if (fails && (!request.schema || random.fraction() < 0.5)) throw flakyFailure(random);
    const text = fails ? INVALID_ANSWER : answerText(request, random);
    return { text, toolCalls: [], finishReason: "stop", usage: usageOf(request, text), usageReported: true };
  }

  /** Two of three requests fail first: once or twice, by their own number. */
  #failsNow(seed: string, fraction: number): boolean {
    const wanted = Math.floor(fraction * (FLAKY_FAILURES + 1));
    const failed = this.#failed.get(seed) ?? 0;
    if (failed >= wanted) {
      this.#failed.delete(seed);
      return false;
    }
    if (this.#failed.size >= FLAKY_MEMORY) this.#failed.clear();
    this.#failed.set(seed, failed + 1);
    return true;
  }
}

/** Neither JSON nor the wanted shape. */
const INVALID_ANSWER = '{"simulated": "this does not satisfy the schema"';

/** A flaky answer that was sent back with its error is mended in the next turn. */
function isFirstTurn({ messages }: GenerateRequest): boolean {
  return messages.every((message) => message.role === "user");
}

/** What was asked, without what a retry or another model changes. */
function seedOf({ system, messages, schema, tools }: GenerateRequest): string {
  const asked: Json = [
    withoutPlaces(system ?? ""),
    promptText({ messages }),
    schema ?? null,
    (tools ?? []).map((tool) => tool.name),
  ];
  return canonicalJson(asked);
}

/** Where a workspace lies on this machine changes no answer. */
function withoutPlaces(text: string): string {
  return text.replace(/(?<=^|[\s"'(])(?:\/|[A-Za-z]:\\)[^\s"')]*/g, "");
}

function delayMs(modelId: string, random: SeededRandom): number {
  const part = random.fraction();
  if (modelId === "fast") return 0;
  return modelId === "slow" ? 2000 + part * 3000 : 20 + part * 40;
}

async function pause(waitMs: number, signal: AbortSignal): Promise<void> {
  if (waitMs === 0) return;
  const waited = Promise.withResolvers<void>();
  const onAbort = () => waited.reject(signal.reason);
  const timer = setTimeout(waited.resolve, waitMs);
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    await waited.promise;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", onAbort);
  }
}

function answerText(request: GenerateRequest, random: SeededRandom): string {
  const prompt = lastPrompt(request);
  const words = topicWords(prompt);
  if (request.schema) return JSON.stringify(sampleOf(request.schema, { random, words }));
  const opening = OPENINGS[random.integer(OPENINGS.length)] ?? "";
  const start = prompt.trim().replace(/\s+/g, " ").slice(0, 80);
  const topic = words.length > 0 ? ` It is about ${words.join(", ")}.` : "";
  return `[simulated] ${opening} "${start}".${topic} No model was asked: configure a provider for a real answer.`;
}

const OPENINGS = ["A simulated answer to", "This stands for the answer to", "Here would be the answer to"];
const SHORTEST_TOPIC = 5;

/** The first longer words of a prompt, each once. */
function topicWords(prompt: string): string[] {
  const words = prompt.slice(0, 2000).match(/[\p{L}][\p{L}\p{N}_-]*/gu) ?? [];
  return [...new Set(words.filter((word) => word.length >= SHORTEST_TOPIC))].slice(0, 5);
}

function lastPrompt({ messages }: GenerateRequest): string {
  return messages.findLast((message) => message.role === "user")?.content ?? "";
}

function usageOf(request: GenerateRequest, text: string): TokenUsage {
  return { ...noUsage(), inputTokens: estimateTokens(promptText(request)), outputTokens: estimateTokens(text) };
}

function flakyFailure(random: SeededRandom): ProviderError {
  const isLimit = random.fraction() < 0.5;
  return new ProviderError(
    isLimit ? "sim answered 429: a simulated rate limit" : "sim answered 503: a simulated outage",
    {
      code: isLimit ? "rate_limit" : "service_unavailable",
      provider: "sim",
      status: isLimit ? 429 : 503,
      retryable: true,
      retryAfterMs: 10,
    },
  );
}
