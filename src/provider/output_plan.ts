// How a wanted shape reaches a model: in the provider's schema mode, by an instruction, or both.
import type { JsonSchema } from "../json.ts";
import { withoutForcedNulls } from "./forced_nulls.ts";
import { fitSchema } from "./schema_fit.ts";
import { SCHEMA_RULES } from "./schema_rules.ts";
import type { SchemaMode } from "./wire_format.ts";

/** The way out and the way back. */
export interface OutputPlan {
  /** Goes out in the schema mode. */
  schema?: JsonSchema;
  /** Goes into the system prompt. */
  instruction?: string;
  /** The answer's text as the original schema means it. */
  restore(text: string): string;
}

/** `mode` null: the server has no schema mode that serves this request. */
export function planOutput(schema: JsonSchema, mode: SchemaMode | null): OutputPlan {
  const asIs = (text: string) => text;
  if (mode === "any") return { schema, instruction: instructionFor(schema), restore: asIs };
  const fitted = mode && fitSchema(schema, SCHEMA_RULES[mode]);
  if (!fitted) return { instruction: instructionFor(schema), restore: asIs };
  return { schema: fitted, restore: mode === "openai" ? (text) => withoutForcedNulls(text, schema) : asIs };
}

function instructionFor(schema: JsonSchema): string {
  return "Your final answer must be one JSON value and nothing else: no Markdown fence, no words before or after it. " +
    `It must satisfy this JSON Schema:\n${JSON.stringify(schema)}`;
}
