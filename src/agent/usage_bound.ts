// The most that one provider call can use, for budgets that must hold.
import type { CostUsd, UsageBound } from "../agent.ts";
import { type GenerateRequest, noUsage, type Provider, type TokenUsage } from "../provider.ts";

/** Input that a provider adds unseen: the wire format's frame, instructions for a schema or tools. */
const OVERHEAD_TOKENS = 1024;
/** A schema may go out twice, as a schema and as an instruction, and wider than it was given. */
const SCHEMA_FACTOR = 4;
/** No wire format sends a smaller output limit. */
const LEAST_OUTPUT_TOKENS = 16;

/** No tokenizer makes more tokens of a text than it has bytes in UTF-8. `request.maxTokens` counts as what goes out. */
export function usageBound(request: GenerateRequest, provider: Provider): UsageBound {
  const inputTokens = bytesOf(request) + SCHEMA_FACTOR * bytesOf(request.schema ?? "") + OVERHEAD_TOKENS;
  const outputTokens = Math.max(request.maxTokens ?? 0, LEAST_OUTPUT_TOKENS);
  return { inputTokens, outputTokens, costUsd: costBound(request.model, { inputTokens, outputTokens }, provider) };
}

/** JSON is never shorter than what it holds, keys and quotes included. */
function bytesOf(value: unknown): number {
  return new TextEncoder().encode(JSON.stringify(value)).byteLength;
}

/** The dearest way in which the input can be billed: fresh, read from the cache or written to it. */
function costBound(
  model: string,
  { inputTokens, outputTokens }: Pick<TokenUsage, "inputTokens" | "outputTokens">,
  provider: Provider,
): CostUsd {
  const fresh: TokenUsage = { ...noUsage(), inputTokens, outputTokens };
  const ways = [fresh, { ...fresh, cacheReadTokens: inputTokens }, { ...fresh, cacheWriteTokens: inputTokens }];
  const costs = ways.map((usage) => provider.cost(model, usage)).filter((cost) => cost !== null);
  return costs.length < ways.length ? null : Math.max(...costs);
}
