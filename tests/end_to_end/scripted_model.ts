// A model that is played from a list of turns: what it says depends on how often it has spoken in this conversation.
import { isJsonObject, type JsonObject } from "../../src/json.ts";
import type { WireCall } from "../wire_server.ts";
import type { WireReply } from "../wire_reply.ts";

/** One thing that the model says: a final text, or tool calls. */
export type Turn = string | { name: string; input: JsonObject }[];

/** The conversation so far, of a Chat Completions request. */
export interface Conversation {
  /** The first user message. */
  task: string;
  /** Messages of the model. */
  turns: number;
  /** Results of the tools since the model spoke last. */
  results: string[];
  /** All that the request holds, as text. */
  all: string;
}

export function conversationOf({ body }: WireCall): Conversation {
  const messages = (Array.isArray(body.messages) ? body.messages : []).filter(isJsonObject);
  const lastTurn = messages.findLastIndex(({ role }) => role === "assistant");
  const results = messages.slice(lastTurn + 1).filter(({ role }) => role === "tool");
  return {
    task: String(messages.find(({ role }) => role === "user")?.content ?? ""),
    turns: messages.filter(({ role }) => role === "assistant").length,
    results: results.map(({ content }) => String(content)),
    all: JSON.stringify(body),
  };
}

/** Names of the tools that the request offers. */
export function offeredTools({ body }: WireCall): string[] {
  const tools = Array.isArray(body.tools) ? body.tools.filter(isJsonObject) : [];
  return tools.map(({ function: spec }) => isJsonObject(spec) ? String(spec.name) : "");
}

export function reply(turn: Turn): WireReply {
  return typeof turn === "string"
    ? { text: turn }
    : { toolCalls: turn.map((call, i) => ({ id: `c${i + 1}`, ...call })) };
}
