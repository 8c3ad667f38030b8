// What each vendor's schema mode takes, as data; November 2026.

/** The subset of one vendor. */
export interface SchemaRules {
  /** Keywords that go out as they are. Others that only narrow move into the description; the caller validates anyway. */
  keywords: ReadonlySet<string>;
  /** null: every format. */
  formats: ReadonlySet<string> | null;
  /** Every property has to be required; optional ones become nullable, and the nulls are taken out of the answer again. */
  requiresAll: boolean;
  recursion: boolean;
  maxDepth: number;
  maxProperties: number;
  maxOptional: number;
  maxUnions: number;
  /** Largest `minItems`. */
  maxMinItems: number;
}

const COMMON = ["type", "description", "title", "enum", "const", "$ref"];

/** By schema mode; "any" needs no rules. */
export const SCHEMA_RULES: Record<"openai" | "anthropic", SchemaRules> = {
  openai: {
    keywords: new Set([
      ...COMMON,
      "pattern",
      "format",
      "minimum",
      "maximum",
      "exclusiveMinimum",
      "exclusiveMaximum",
      "multipleOf",
      "minItems",
      "maxItems",
    ]),
    formats: new Set(["date-time", "time", "date", "duration", "email", "hostname", "ipv4", "ipv6", "uuid"]),
    requiresAll: true,
    recursion: true,
    maxDepth: 10,
    maxProperties: 5000,
    maxOptional: Infinity,
    maxUnions: Infinity,
    maxMinItems: Infinity,
  },
  anthropic: {
    keywords: new Set([...COMMON, "format", "minItems"]),
    formats: new Set(["date-time", "time", "date", "duration", "email", "hostname", "uri", "ipv4", "ipv6", "uuid"]),
    requiresAll: false,
    recursion: false,
    maxDepth: Infinity,
    maxProperties: Infinity,
    maxOptional: 24,
    maxUnions: 16,
    maxMinItems: 1,
  },
};

/** Keywords that say nothing about an answer. */
export const ANNOTATIONS: ReadonlySet<string> = new Set([
  "$schema",
  "$id",
  "$comment",
  "$anchor",
  "default",
  "examples",
  "example",
  "deprecated",
  "readOnly",
  "writeOnly",
]);

/** Keywords that no vendor's mode takes and no description replaces. */
export const UNFIT: ReadonlySet<string> = new Set([
  "not",
  "if",
  "then",
  "else",
  "patternProperties",
  "prefixItems",
  "contains",
  "propertyNames",
  "dependentRequired",
  "dependentSchemas",
  "unevaluatedProperties",
  "unevaluatedItems",
  "minProperties",
  "$dynamicRef",
]);
