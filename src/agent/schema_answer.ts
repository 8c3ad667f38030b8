// The answer of an agent with a schema: asked for again, with what was wrong, until it holds.
import type { Json } from "../json.ts";
import type { GenerateRequest, GenerateResult, Message } from "../provider.ts";
import { jsonCandidates } from "./json_candidates.ts";
import { failure, type Outcome, refused } from "./outcome.ts";
import type { RetryCause } from "./provider_calls.ts";
import type { Validate } from "./schema_cache.ts";
import { type Answer, assistantMessage } from "./turns.ts";

export interface SchemaOptions {
  takeTurns: (request: GenerateRequest) => Promise<Answer>;
  /** Tells of a further attempt. */
  retry: (cause: RetryCause, waitMs: number) => Promise<void>;
  validate: Validate;
  /** Answers of the model in all. */
  attempts: number;
}

type Reading = { value: Json } | { fault: string };

/** An answer that still does not hold is put right from what the model has: servers whose schema mode excludes tools can use it then. */
const LAST_WITH_TOOLS = 2;
const MAX_FAULT_CHARS = 2000;
const MAX_REASON_CHARS = 300;
const MAX_CUT_REPLY_CHARS = 4000;

/** The first reply that satisfies the schema; a refusal is final; after the last attempt a failure that tells what was wrong. */
export async function schemaAnswer(request: GenerateRequest, options: SchemaOptions): Promise<Outcome> {
  let messages = request.messages;
  for (let attempt = 1;; attempt++) {
    const asked = { ...request, messages };
    const answer = await options.takeTurns(attempt > LAST_WITH_TOOLS ? withoutTools(asked) : asked);
    const { result } = answer;
    if (result.finishReason === "refusal") return refused(result);
    const reading = await readAnswer(result, options.validate);
    if ("value" in reading) return reading;
    if (attempt >= options.attempts) return unsatisfied(attempt, reading.fault, result.text);
    const reason = `The answer does not hold: ${shortened(reading.fault, MAX_REASON_CHARS)}`;
    await options.retry({ code: "schema_invalid", reason }, 0);
    messages = [...answer.messages, reply(result), { role: "user", content: feedback(reading.fault) }];
  }
}

function withoutTools(request: GenerateRequest): GenerateRequest {
  return request.tools?.length ? { ...request, toolChoice: "none" } : request;
}

async function readAnswer({ text, finishReason }: GenerateResult, validate: Validate): Promise<Reading> {
  if (finishReason === "length") return { fault: "It was cut at the output limit: be much shorter" };
  if (text.trim() === "") return { fault: "It was empty" };
  const strict = parse(text);
  if (strict) return check(strict.value, validate);
  let likeliest: Reading | undefined;
  for await (const candidate of jsonCandidates(text)) {
    const reading = check(candidate, validate);
    if ("value" in reading) return reading;
    likeliest ??= reading;
  }
  return likeliest ?? { fault: "It holds no JSON" };
}

function parse(text: string): { value: Json } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

function check(value: Json, validate: Validate): Reading {
  const violations = validate(value);
  return violations.length === 0 ? { value } : { fault: violations.join("\n") };
}

/** A cut reply goes back shortened: whole, it would only fill the context. An empty one gets words, which every wire format demands. */
function reply(result: GenerateResult): Message {
  if (result.text.trim() === "") return { role: "assistant", content: "(no answer)" };
  if (result.finishReason !== "length") return assistantMessage({ ...result, toolCalls: [] });
  return { role: "assistant", content: shortened(result.text, MAX_CUT_REPLY_CHARS) };
}

function feedback(fault: string): string {
  return `Your answer cannot be used:\n${shortened(fault, MAX_FAULT_CHARS)}\n` +
    "Answer again with the whole corrected JSON value that satisfies the schema, and nothing else.";
}

function unsatisfied(attempts: number, fault: string, text: string): Outcome {
  const count = attempts === 1 ? "1 attempt" : `${attempts} attempts`;
  const last = shortened(fault.replaceAll("\n", "; "), MAX_FAULT_CHARS);
  return failure("schema_invalid", `The answer did not satisfy its schema in ${count}; the last one: ${last}`, text);
}

function shortened(text: string, maxChars: number): string {
  return text.length <= maxChars ? text : `${text.slice(0, maxChars)}…`;
}
