// The turns of one answer: the model speaks, its tool calls are answered, until it gives its final message.
import { OdwError } from "../errors.ts";
import type { GenerateRequest, GenerateResult, Message, ToolCall } from "../provider.ts";

export interface TurnOptions {
  /** One answer, with the conversation as it was sent: results may have been taken out to make room. */
  generate: (request: GenerateRequest) => Promise<Answer>;
  /** Answers all tool calls of one message. */
  callTools: (calls: ToolCall[]) => Promise<ToolMessage>;
  turns: TurnCount;
}

/** Messages of the model over the whole call, the final one included. */
export interface TurnCount {
  taken: number;
  most: number;
}

export type ToolMessage = Extract<Message, { role: "tool" }>;

export interface Answer {
  result: GenerateResult;
  /** The conversation up to this message, which is not in it. */
  messages: Message[];
}

const LAST_TURN = "No more tools can be called: this is your last message. Give the result now, from what you have; " +
  "say what is missing.";

/** The model's final message. Throws OdwError `bad_response` when it still calls tools in its last turn. */
export async function takeTurns(request: GenerateRequest, options: TurnOptions): Promise<Answer> {
  const { turns } = options;
  let messages = request.messages;
  do {
    const isLast = ++turns.taken >= turns.most;
    const asked = { ...request, messages };
    const answer = await options.generate(isLast ? lastTurn(asked) : asked);
    if (!asksForTools(answer.result)) return answer;
    if (isLast) break;
    messages = [...answer.messages, assistantMessage(answer.result), await options.callTools(answer.result.toolCalls)];
  } while (true);
  throw new OdwError(
    "bad_response",
    `The model still called tools in turn ${turns.most}, the last one; raise maxTurns or simplify the task`,
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

/** The tools stay in the request, since calls of them are in the conversation. A call of one turn is asked as if there were none. */
function lastTurn(request: GenerateRequest): GenerateRequest {
  if (!request.tools?.length) return request;
  if (!request.messages.some(({ role }) => role === "tool")) return { ...request, toolChoice: "none" };
  return {
    ...request,
    messages: [...request.messages, { role: "user", content: LAST_TURN }],
    toolChoice: "none",
  };
}

/** Some servers name another finish reason beside tool calls, so the calls themselves count. */
function asksForTools({ finishReason, toolCalls }: GenerateResult): boolean {
  return toolCalls.length > 0 && finishReason !== "refusal" && finishReason !== "length";
}
