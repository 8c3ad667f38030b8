// Makes room in a conversation: whole tool results go, the oldest first; instructions and the last turn stay.
import type { Message, ToolCall } from "../provider.ts";

export interface Compacted {
  messages: Message[];
  fromTokens: number;
  toTokens: number;
}

const CHARS_PER_TOKEN = 4;
const MAX_INPUT_CHARS = 200;

/** Takes out results until `toTokens` of `fromTokens` are left, or as near to it as can be; null when nothing could be taken out. */
export function compact(messages: Message[], size: { fromTokens: number; toTokens: number }): Compacted | null {
  const last = messages.findLastIndex(({ role }) => role === "tool");
  const calls = callsOf(messages);
  let left = size.fromTokens;
  const compacted = messages.map((message, index): Message => {
    if (message.role !== "tool" || index === last || left <= size.toTokens) return message;
    const results = message.results.map((result) => {
      const line = droppedLine(result.name, calls.get(result.id));
      const freed = tokensIn(result.content) - tokensIn(line);
      if (left <= size.toTokens || freed <= 0) return result;
      left -= freed;
      return { ...result, content: line };
    });
    return { ...message, results };
  });
  return left < size.fromTokens ? { messages: compacted, fromTokens: size.fromTokens, toTokens: left } : null;
}

/** By their length: good enough to say which of two conversations is larger. */
export function estimatedTokens(part: unknown): number {
  return tokensIn(typeof part === "string" ? part : JSON.stringify(part) ?? "");
}

function tokensIn(text: string): number {
  return Math.ceil(text.length / CHARS_PER_TOKEN);
}

function callsOf(messages: Message[]): Map<string, ToolCall> {
  const calls = messages.flatMap((message) => message.role === "assistant" ? message.toolCalls ?? [] : []);
  return new Map(calls.map((call) => [call.id, call]));
}

function droppedLine(name: string, call: ToolCall | undefined): string {
  const input = JSON.stringify(call?.input ?? {});
  const shown = input.length > MAX_INPUT_CHARS ? `${input.slice(0, MAX_INPUT_CHARS)}…` : input;
  return `[The result of ${name} ${shown} was dropped to make room; call it again if you need it]`;
}
