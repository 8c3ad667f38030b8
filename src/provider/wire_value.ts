// Reading what servers send: numbers that may be absent, tool inputs that may be no JSON, messages kept in their own form.
import type { ProviderApi } from "../config.ts";
import { isJsonObject, type Json } from "../json.ts";
import type { Message } from "../provider.ts";

const MAX_PLACES = 10_000;

/** A count of the wire; 0 where it is absent or no number. */
export function count(value: Json | undefined): number {
  return typeof value === "number" && value >= 0 ? value : 0;
}

/** Place of a block or item in an answer; bounded, because a wild number would make a list without end. */
export function place(value: Json | undefined): number {
  return Math.min(MAX_PLACES, Math.floor(count(value)));
}

/** A tool call's arguments: parsed, `{}` for none, the text itself where the model wrote no JSON. */
export function parsedInput(text: string): Json {
  if (text.trim() === "") return {};
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}

/** A call's input as it goes back: an object, also where the model wrote none. */
export function jsonArguments(input: Json): string {
  return JSON.stringify(isJsonObject(input) ? input : { input });
}

/** Arguments as the model wrote them, where they are an object: a changed text would be new to the provider's cache. */
export function sendableArguments(text: string): string {
  const input = parsedInput(text);
  return isJsonObject(input) && text.trim() !== "" ? text : jsonArguments(input);
}

/** The message in the form of `api`, if that is where it came from: a fallback model may speak another format. */
export function wireOf(message: Message, api: ProviderApi): Json | undefined {
  const wire = message.role === "assistant" ? message.wire : undefined;
  return isJsonObject(wire) && wire.api === api ? wire.message : undefined;
}

/** For servers that name their tool calls not at all. */
export function newCallId(): string {
  return `call_${crypto.randomUUID().replaceAll("-", "").slice(0, 24)}`;
}
