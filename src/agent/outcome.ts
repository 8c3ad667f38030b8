// What an agent() call ends with: its value, or its failure with the model's last text.
import type { ErrorCode } from "../errors.ts";
import { OdwError } from "../errors.ts";
import type { GenerateResult } from "../provider.ts";
import type { Json } from "../json.ts";

export type Outcome = { value: Json } | { error: OdwError; rawText: string };

const MAX_QUOTED_CHARS = 1000;

export function failure(code: ErrorCode, message: string, rawText: string): Outcome {
  return { error: new OdwError(code, message), rawText };
}

/** The model's own words say why. */
export function refused({ text }: GenerateResult): Outcome {
  const words = text.trim();
  const quoted = words.length > MAX_QUOTED_CHARS ? `${words.slice(0, MAX_QUOTED_CHARS)}…` : words;
  return failure(
    "refusal",
    quoted === "" ? "The model declined without a word" : `The model declined: ${quoted}`,
    text,
  );
}
