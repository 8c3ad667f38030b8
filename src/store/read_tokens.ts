// Token counts as SQL reads them.

/** Columns of `runs`. Older versions wrote sums above 2^53 − 1, which node:sqlite refuses to read: they are read as that. */
export const READ_TOKENS = ["input", "output"]
  .map((kind) => `min(${kind}_tokens, ${Number.MAX_SAFE_INTEGER}) AS ${kind}Tokens`).join(", ");
