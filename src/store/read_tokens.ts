// Token counts as SQL reads them.

/** Columns of `runs`. Older versions wrote sums beyond what node:sqlite can read: they are read as 0 or 2^53 − 1. */
export const READ_TOKENS = ["input", "output"]
  .map((kind) => `max(0, min(${kind}_tokens, ${Number.MAX_SAFE_INTEGER})) AS ${kind}Tokens`).join(", ");
