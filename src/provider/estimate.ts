// How many tokens a text may have, without a tokenizer.
import type { Message, ToolSpec } from "../provider.ts";

const CHARS_PER_TOKEN = 4;

/** A plausible count, for usage that a server did not report. */
export function estimateTokens(text: string): number {
  return Math.ceil(text.length / CHARS_PER_TOKEN);
}

/** A count that is rarely too low, for the size of a context: code and other scripts than Latin take more tokens. */
export function upperTokens(text: string): number {
  let wide = 0;
  for (let index = 0; index < text.length; index++) if (text.charCodeAt(index) > 0x2ff) wide++;
  return Math.ceil((text.length - wide) / 3 + wide);
}

/** All that a request puts before a model, as one text. */
export function promptText(request: { system?: string | undefined; messages: Message[]; tools?: ToolSpec[] }): string {
  const tools = request.tools?.length ? [JSON.stringify(request.tools)] : [];
  return [request.system ?? "", ...tools, ...request.messages.map(messageText)].join("\n");
}

function messageText(message: Message): string {
  if (message.role === "tool") return message.results.map((result) => result.content).join("\n");
  if (message.role === "user" || !message.toolCalls?.length) return message.content;
  return message.content + JSON.stringify(message.toolCalls);
}
