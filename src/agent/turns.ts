// The turns of one answer: the model speaks, its tool calls are answered, until it gives its final message.
import { OdwError } from "../errors.ts";
import type { GenerateRequest, GenerateResult, Message, ToolCall } from "../provider.ts";

export interface TurnOptions {
  generate: (request: GenerateRequest) => Promise<GenerateResult>;
  /** Answers all tool calls of one message. */
  callTools: (calls: ToolCall[]) => Promise<ToolMessage>;
  /** Messages of the model at most, the final one included. */
  maxTurns: number;
}

export type ToolMessage = Extract<Message, { role: "tool" }>;

export interface Answer {
  result: GenerateResult;
  /** The conversation up to the final message, which is not in it. */
  messages: Message[];
}

/** The model's final message. Throws OdwError `bad_response` when it still calls tools in its last turn. */
export async function takeTurns(request: GenerateRequest, options: TurnOptions): Promise<Answer> {
  let messages = request.messages;
  for (let turn = 1; turn <= options.maxTurns; turn++) {
    const result = await options.generate({ ...request, messages });
    if (!asksForTools(result)) return { result, messages };
    messages = [...messages, assistantMessage(result), await options.callTools(result.toolCalls)];
  }
  throw new OdwError(
    "bad_response",
    `The model still called tools in turn ${options.maxTurns}, the last one; raise maxTurns or simplify the task`,
  );
}

/** The model's message as it goes back to the provider. */
export function assistantMessage({ text, toolCalls, wire }: GenerateResult): Message {
  return {
    role: "assistant",
    content: text,
    ...(toolCalls.length > 0 ? { toolCalls } : {}),
    ...(wire === undefined ? {} : { wire }),
  };
}

/** Some servers name another finish reason beside tool calls, so the calls themselves count. */
function asksForTools({ finishReason, toolCalls }: GenerateResult): boolean {
  return toolCalls.length > 0 && finishReason !== "refusal" && finishReason !== "length";
}
