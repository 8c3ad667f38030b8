// Reads Chat Completions: chunks or a whole answer, with the liberties that compatible servers take.
import { isJsonObject, type Json, type JsonObject } from "../json.ts";
import { noUsage, type TokenUsage, type ToolCall } from "../provider.ts";
import { isSoundUsage } from "./reported_usage.ts";
import { stopMeaning } from "./stop_words.ts";
import { count, newCallId, parsedInput } from "./wire_value.ts";
import type { Answer, AnswerReader, ReadState } from "./wire_format.ts";

interface PartialCall {
  id: string;
  index: number | undefined;
  name: string;
  arguments: string;
  /** Members that this server added and wants back. */
  rest: JsonObject;
}

/** Folds chunks, or one whole answer, into an Answer. */
export class ChatReader implements AnswerReader {
  #text = "";
  #reasoning = "";
  #refusal = "";
  #finish = "";
  #hasDeltas = false;
  readonly #details: Json[] = [];
  readonly #calls: PartialCall[] = [];
  #usage: JsonObject | null = null;

  event(event: JsonObject): ReadState {
    if (isJsonObject(event.usage)) this.#usage = event.usage;
    // Groq sends usage here.
    const groq = isJsonObject(event.x_groq) ? event.x_groq.usage : undefined;
    if (isJsonObject(groq)) this.#usage = groq;
    const choice = Array.isArray(event.choices) ? event.choices[0] : undefined;
    if (isJsonObject(choice)) this.#addChoice(choice);
    return this.#finish ? "complete" : "open";
  }

  document(answer: JsonObject): void {
    this.event(answer);
  }

  usage(): TokenUsage | null {
    return this.#usage && isSoundUsage(this.#usage) ? chatUsage(this.#usage) : null;
  }

  answer(): Answer {
    const toolCalls = this.#calls.map(({ id, name, arguments: input }): ToolCall => ({
      id,
      name,
      input: parsedInput(input),
    }));
    const finishReason = this.#refusal ? "refusal" : finishOf(this.#finish, toolCalls.length > 0);
    const answer: Answer = { text: this.#text || this.#refusal, toolCalls, finishReason, usage: this.usage() };
    if (finishReason === "interrupted") answer.stopWord = this.#finish;
    if (toolCalls.length > 0) answer.wire = { api: "openai-chat", message: this.#message() };
    return answer;
  }

  #addChoice(choice: JsonObject): void {
    this.#hasDeltas ||= isJsonObject(choice.delta);
    // MiniMax repeats the whole answer as a message at a stream's end: what came in pieces is not taken twice.
    const whole = isJsonObject(choice.message) && !this.#hasDeltas ? choice.message : {};
    const delta = isJsonObject(choice.delta) ? choice.delta : whole;
    this.#text += contentText(delta.content);
    this.#refusal += stringOf(delta.refusal);
    this.#reasoning += stringOf(delta.reasoning_content);
    if (Array.isArray(delta.reasoning_details)) this.#details.push(...delta.reasoning_details);
    if (Array.isArray(delta.tool_calls)) {
      for (const call of delta.tool_calls) if (isJsonObject(call)) this.#addCall(call);
    }
    this.#finish = stringOf(choice.finish_reason) || this.#finish;
  }

  #addCall(delta: JsonObject): void {
    const { id, index, type: _type, function: called, ...rest } = delta;
    const func = isJsonObject(called) ? called : {};
    const known = this.#findCall(stringOf(id), typeof index === "number" ? index : undefined, stringOf(func.name));
    const call = known ?? {
      id: stringOf(id) || newCallId(),
      index: typeof index === "number" ? index : undefined,
      name: "",
      arguments: "",
      rest: {},
    };
    if (!known) this.#calls.push(call);
    call.name ||= stringOf(func.name);
    call.arguments += isJsonObject(func.arguments) ? JSON.stringify(func.arguments) : stringOf(func.arguments);
    Object.assign(call.rest, rest);
  }

  /** By index, unless another id comes under the same index; by id, or as the last call's continuation, where there is no index. */
  #findCall(id: string, index: number | undefined, name: string): PartialCall | undefined {
    if (index !== undefined) {
      const found = this.#calls.findLast((call) => call.index === index);
      return found && id && name && found.id !== id ? undefined : found;
    }
    if (id) return this.#calls.find((call) => call.id === id);
    return name ? undefined : this.#calls.at(-1);
  }

  #message(): JsonObject {
    const tool_calls = this.#calls.map(({ id, name, arguments: input, rest }) => ({
      ...rest,
      id,
      type: "function",
      function: { name, arguments: input || "{}" },
    }));
    const message: JsonObject = { role: "assistant", content: this.#text || null, tool_calls };
    if (this.#reasoning) message.reasoning_content = this.#reasoning;
    if (this.#details.length > 0) message.reasoning_details = this.#details;
    return message;
  }
}

function chatUsage(usage: JsonObject): TokenUsage {
  const prompt = isJsonObject(usage.prompt_tokens_details) ? usage.prompt_tokens_details : {};
  const completion = isJsonObject(usage.completion_tokens_details) ? usage.completion_tokens_details : {};
  return {
    ...noUsage(),
    inputTokens: count(usage.prompt_tokens),
    outputTokens: count(usage.completion_tokens),
    cacheReadTokens: count(prompt.cached_tokens) || count(usage.prompt_cache_hit_tokens),
    cacheWriteTokens: count(prompt.cache_write_tokens),
    reasoningTokens: count(completion.reasoning_tokens),
  };
}

function finishOf(reason: string, hasCalls: boolean): Answer["finishReason"] {
  const meaning = stopMeaning(reason);
  if (meaning === "tool_calls" || meaning === "stop" || meaning === "other") {
    // Some servers say "stop" beside tool calls, others "tool_calls" beside none.
    return hasCalls ? "tool_calls" : meaning === "tool_calls" ? "stop" : meaning;
  }
  return meaning;
}

/** Text, or a list of parts of which the text counts. */
function contentText(content: Json | undefined): string {
  if (!Array.isArray(content)) return stringOf(content);
  return content.map((part) => isJsonObject(part) && part.type === "text" ? stringOf(part.text) : "").join("");
}

function stringOf(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}
