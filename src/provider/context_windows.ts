// How many tokens models take in one request. Third-party data of 2026-11-10; models that are not here are asked until they overflow.

const WINDOWS: readonly [RegExp, number][] = [
  [/^claude-haiku-4-5/, 200_000],
  [/^claude-(?:fable|opus|sonnet|haiku)-/, 1_000_000],
];

/** By model id, as the vendor writes it, also behind an aggregator's `vendor/`; undefined: unknown. */
export function contextWindow(modelId: string): number | undefined {
  const name = modelId.slice(modelId.lastIndexOf("/") + 1);
  return WINDOWS.find(([pattern]) => pattern.test(name))?.[1];
}
