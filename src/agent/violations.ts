// What a validator found, in words that a model can act on: a path and a reason a line, bounded.
import type { ErrorObject } from "ajv/dist/2020.js";

const MAX_LINES = 20;
const MAX_LINE_CHARS = 300;

/** One line for each violation, `/path must …`; the rest beyond 20 as a count. */
export function describeViolations(errors: ErrorObject[]): string[] {
  const lines = [...new Set(errors.map(describe))];
  if (lines.length <= MAX_LINES) return lines;
  return [...lines.slice(0, MAX_LINES), `and ${lines.length - MAX_LINES} more`];
}

function describe(error: ErrorObject): string {
  const line = `${error.instancePath || "the root"} ${error.message ?? error.keyword}${detail(error)}`;
  return line.length <= MAX_LINE_CHARS ? line : `${line.slice(0, MAX_LINE_CHARS)}…`;
}

/** What the validator's message leaves out. */
function detail({ keyword, params }: ErrorObject): string {
  if (keyword === "enum") return `: ${JSON.stringify(params.allowedValues)}`;
  if (keyword === "const") return `: ${JSON.stringify(params.allowedValue)}`;
  if (keyword === "additionalProperties") return `: ${JSON.stringify(params.additionalProperty)}`;
  return "";
}
