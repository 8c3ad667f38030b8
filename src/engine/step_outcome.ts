// What a script is told of a call that failed: null or an error, as its dialect has it.
import type { ErrorCode, ErrorInfo } from "../errors.ts";
import type { Dialect } from "../run.ts";

const THROWN_IN_META: ReadonlySet<ErrorCode | undefined> = new Set<ErrorCode>([
  "schema_invalid",
  "stalled",
  "budget_exceeded",
]);

/** Dialect A gives null for what a provider could not do and throws for the rest; dialect B always rejects. */
export function isThrown(error: ErrorInfo, dialect: Dialect): boolean {
  return dialect === "execute" || THROWN_IN_META.has(error.code);
}
