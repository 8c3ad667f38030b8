// The model of the host at the other end, lent to the runs that it starts: by requests up to 2025, by answers that want input since 2026.
import type { CreateMessageRequestParams, McpServer } from "@modelcontextprotocol/server";
import type { Json, JsonObject } from "../json.ts";
import type { SamplingAddress, SamplingReply } from "../sampling.ts";
import { SampleOffers } from "./sample_offers.ts";
import { openBridge, type SamplingBridge } from "./sampling_bridge.ts";
import { samplingFailure } from "./sampling_failure.ts";

/** The agent's own time limit ends a request; this only keeps the SDK from ending it after a minute. */
const LONGEST_MS = 24 * 3_600_000;

/** What a host said about sampling. */
export interface Lending {
  hasTools: boolean;
  /** Where requests can be sent at any time; null: answers to its calls must carry them. */
  server: McpServer | null;
}

/** Of one connection. Listens from the first address on. */
export class HostModel {
  readonly offers = new SampleOffers();
  /** See SamplingRounds.carry. */
  readonly works = new Map<string, Promise<unknown>>();
  #server: McpServer | null = null;
  #bridge: SamplingBridge | null = null;

  /** The way in for a run, or for what else `owner` names. Throws where this process may not listen. */
  address(owner: string, { hasTools, server }: Lending): SamplingAddress {
    this.#server = server;
    const bridge = this.#bridge ??= openBridge((...asked) => this.#ask(...asked));
    return { port: bridge.port, token: bridge.tokenOf(owner), hasTools };
  }

  async close(): Promise<void> {
    this.offers.close();
    await this.#bridge?.close();
  }

  async #ask(owner: string, params: JsonObject, signal: AbortSignal): Promise<SamplingReply> {
    if (!this.#server) return await this.offers.ask(owner, params, signal);
    const asked = params as unknown as CreateMessageRequestParams;
    try {
      const result = await this.#server.server.createMessage(asked, { signal, timeout: LONGEST_MS });
      return { result: result as unknown as Json };
    } catch (error) {
      return { failure: samplingFailure(error) };
    }
  }
}
