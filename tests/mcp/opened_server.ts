// The MCP server over a fake engine, behind the official client, in either era of the protocol.
import { Client, type ClientOptions, InMemoryTransport } from "@modelcontextprotocol/client";
import type { McpParts } from "../../src/mcp.ts";
import type { SamplingAddress } from "../../src/sampling.ts";
import { serveMcpStdio } from "../../src/mcp/open.ts";
import { createFakeEngine, type FakeEngine, type FakeRun } from "../cli/fake_engine.ts";
import { type Answer, answerOf, clientOptions, type Era } from "../end_to_end/mcp_host.ts";

export interface OpenOptions {
  era?: Era;
  capabilities?: ClientOptions["capabilities"];
  /** Registers what the host answers, before it connects. */
  prepare?(client: Client): void;
  progressEveryMs?: number;
  parts?: Partial<McpParts>;
}

export interface Opened extends AsyncDisposable {
  client: Client;
  engine: FakeEngine;
  /** Runs and folders. */
  launched: [string, string | undefined][];
  /** The way to the host's model that each launched run got. */
  lent: (SamplingAddress | null)[];
  saved: Map<string, string>;
  /** Folders that an engine was asked for. */
  folders: (string | undefined)[];
  call(name: string, args?: Record<string, unknown>): Promise<Answer>;
}

export async function openServer(fake: FakeRun = {}, options: OpenOptions = {}): Promise<Opened> {
  const { era = "2025", capabilities, progressEveryMs } = options;
  const engine = createFakeEngine(fake);
  const opened = { engine, launched: [], lent: [], saved: new Map(), folders: [] } as unknown as Opened;
  const [here, there] = InMemoryTransport.createLinkedPair();
  const ended = serveMcpStdio({
    version: "0.1.0",
    approveInChat: false,
    engine: ({ cwd }) => Promise.resolve(void opened.folders.push(cwd)).then(() => engine),
    warnings: () => Promise.resolve([]),
    launch(id, { cwd, sampling }) {
      opened.launched.push([id, cwd]);
      opened.lent.push(sampling);
      return Promise.resolve();
    },
    reports: async () => (await import("../../src/report/open.ts")).reports,
    saveResult: (id, text) => Promise.resolve(opened.saved.set(id, text)).then(() => `/home/results/${id}.txt`),
    ...options.parts,
  }, { transport: there, ...(progressEveryMs === undefined ? {} : { progressEveryMs }) });
  const client = new Client({ name: "test", version: "1" }, clientOptions(era, capabilities));
  options.prepare?.(client);
  await client.connect(here);
  return Object.assign(opened, {
    client,
    call: async (name: string, args = {}) => answerOf(await client.callTool({ name, arguments: args })),
    async [Symbol.asyncDispose]() {
      await client.close();
      await ended;
    },
  });
}
