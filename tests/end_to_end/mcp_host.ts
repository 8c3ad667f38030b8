// A coding agent's side of `odw mcp`: the official client over the pipes of the real process.
import { Client, type ClientOptions } from "@modelcontextprotocol/client";
import type { Place } from "./odw_process.ts";
import { ProcessTransport } from "./process_transport.ts";

/** The protocol before and after it became stateless. */
export const ERAS = ["2025", "2026"] as const;
export type Era = (typeof ERAS)[number];

export interface HostOptions {
  cwd?: string;
  env?: Record<string, string>;
  /** Words after `odw mcp`. */
  words?: string[];
  capabilities?: ClientOptions["capabilities"];
  /** Registers what the host answers, before it connects. */
  prepare?(client: Client): void;
}

export interface Answer {
  isError: boolean;
  text: string;
  // deno-lint-ignore no-explicit-any -- a test looks at whatever came back
  structured: any;
}

export class Host implements AsyncDisposable {
  private constructor(readonly client: Client, readonly transport: ProcessTransport) {}

  static async open(place: Place, era: Era, options: HostOptions = {}): Promise<Host> {
    const { cwd, env, words = [] } = options;
    const child = place.spawn(["mcp", ...words], { stdin: "", ...(cwd ? { cwd } : {}), ...(env ? { env } : {}) });
    const transport = new ProcessTransport(child);
    const client = new Client({ name: "test-host", version: "1" }, clientOptions(era, options.capabilities));
    options.prepare?.(client);
    await client.connect(transport);
    return new Host(client, transport);
  }

  get pid(): number {
    return this.transport.pid;
  }

  async call(name: string, args: Record<string, unknown> = {}): Promise<Answer> {
    return answerOf(await this.client.callTool({ name, arguments: args }, { timeout: 70_000 }));
  }

  /** Waits until the run stands still; as a host's model does it. */
  async ended(runId: string): Promise<Answer> {
    for (;;) {
      const answer = await this.call("workflow_wait", { run_id: runId, wait_s: 20 });
      if (answer.isError || !["queued", "running"].includes(answer.structured.status)) return answer;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.client.close();
  }
}

export function clientOptions(era: Era, capabilities: ClientOptions["capabilities"] = {}): ClientOptions {
  const mode = era === "2026" ? { pin: "2026-07-28" } : "legacy" as const;
  return { capabilities, versionNegotiation: { mode } };
}

export function answerOf(result: Awaited<ReturnType<Client["callTool"]>>): Answer {
  const [content] = result.content as { type: string; text: string }[];
  return {
    isError: result.isError === true,
    text: content?.text ?? "",
    structured: result.structuredContent ?? {},
  };
}
