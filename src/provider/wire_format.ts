// What an adapter is: pure functions around one HTTP exchange. Everything that adapters share lies outside of them.
import type { Effort } from "../agent.ts";
import type { ProviderSettings } from "../config.ts";
import type { Json, JsonObject, JsonSchema } from "../json.ts";
import type { FinishReason, Message, TokenUsage, ToolCall, ToolSpec } from "../provider.ts";

/** Parts of a request that some servers refuse; the request is then sent again without them. */
export type Feature =
  | "temperature"
  | "schema"
  | "effort"
  | "stream"
  | "streamUsage"
  | "maxTokensField"
  | "systemRole"
  | "cache"
  | "encrypted"
  | "truncate"
  | "toolChoice";

/** A GenerateRequest with everything decided that does not depend on the wire format. */
export interface WireRequest {
  settings: ProviderSettings;
  modelId: string;
  /** With the instruction for JSON appended where the schema does not go out natively. */
  system: string | undefined;
  messages: Message[];
  tools: ToolSpec[];
  /** Their length as JSON text. */
  toolChars: number;
  /** See GenerateRequest. */
  toolChoice: "none" | undefined;
  /** Goes out in the provider's own schema mode. */
  schema: JsonSchema | undefined;
  maxTokens: number | undefined;
  /** See GenerateRequest. */
  expectedTokens: number | undefined;
  temperature: number | undefined;
  effort: Effort | undefined;
  stream: boolean;
  /** What this server is known to refuse for this model. */
  refused: ReadonlySet<Feature>;
}

/** An answer as read from the wire. */
export interface Answer {
  text: string;
  toolCalls: ToolCall[];
  finishReason: FinishReason | "paused" | "overflow" | "interrupted";
  /** Why an answer is "interrupted", in the server's word. */
  stopWord?: string;
  /** null: the server sent none. */
  usage: TokenUsage | null;
  wire?: Json;
  /** See GenerateResult. */
  rateResetAt?: number;
}

/** "open": more must come; "complete": the stream may end here; "ended": nothing of interest comes any more. */
export type ReadState = "open" | "complete" | "ended";

/** Folds the events of one answer. Errors inside the stream are recognised before it sees them. */
export interface AnswerReader {
  event(event: JsonObject): ReadState;
  /** A plain JSON document, as servers send it that do not stream. */
  document(answer: JsonObject): void;
  /** Usage so far, for calls that break off. */
  usage(): TokenUsage | null;
  answer(): Answer;
}

/** One of the four wire formats. */
export interface WireFormat {
  framing: "sse" | "ndjson";
  url(settings: ProviderSettings): string;
  /** The rules by which a schema fits this server's own mode, or null for none. */
  schemaMode(request: { settings: ProviderSettings; hasTools: boolean }): SchemaMode | null;
  body(request: WireRequest): { tools?: object[] };
  /** Whether a whole document has the shape of an answer: gateways send words of their own under status 200. */
  isAnswer(document: JsonObject): boolean;
  reader(request: WireRequest): AnswerReader;
}

/** "any": the server takes JSON Schema as it is, but does not show it to the model. */
export type SchemaMode = "openai" | "anthropic" | "any";
