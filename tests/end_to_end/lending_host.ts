// A coding agent that lends its model to the runs that it starts.
import assert from "node:assert/strict";
import type { Client, CreateMessageRequest, CreateMessageResultWithTools } from "@modelcontextprotocol/client";
import type { Answer, Host, HostOptions } from "./mcp_host.ts";

export type Sample = CreateMessageRequest["params"];
type Content = CreateMessageResultWithTools["content"];

/** `answer` may take its time, or throw what the host's user says. `tools`: they can be offered to the model. */
export function lending(
  answer: (sample: Sample) => string | Content | Promise<string | Content>,
  { tools = false }: { tools?: boolean } = {},
): HostOptions {
  return {
    capabilities: { sampling: tools ? { tools: {} } : {} },
    prepare(client: Client) {
      client.setRequestHandler("sampling/createMessage", async ({ params }) => {
        const content = await answer(params);
        return {
          ...{ role: "assistant", model: "lent-model" },
          content: typeof content === "string" ? { type: "text", text: content } : content,
        };
      });
    },
  };
}

/** The text of the last message. */
export function promptOf({ messages }: Sample): string {
  const content = messages.at(-1)!.content;
  return Array.isArray(content) || content.type !== "text" ? assert.fail("no text") : content.text;
}

/** Starts a run and waits for its end, as a host's model does: a call that fails on the host's own side is made again. */
export async function finished(host: Host, args: Record<string, unknown>): Promise<Answer> {
  const started = await host.call("workflow_start", args);
  assert.equal(started.isError, false, started.text);
  return await endOf(host, started.structured.run_id);
}

export async function endOf(host: Host, runId: string): Promise<Answer> {
  for (let failures = 0;; failures++) {
    try {
      return await host.ended(runId);
    } catch (error) {
      if (failures === 5) throw error;
    }
  }
}
