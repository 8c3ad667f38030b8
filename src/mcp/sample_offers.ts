// Since 2026 a server asks for samples in its answers to calls. These are the samples that runs wait for, until a call of the host takes them along.
import { type CreateMessageRequestParams, type InputRequests, inputRequired } from "@modelcontextprotocol/server";
import { inputResponse, type InputResponses } from "@modelcontextprotocol/server";
import type { Json, JsonObject } from "../json.ts";
import type { SamplingReply } from "../sampling.ts";

/** More would make the host's user decide about a heap at once. */
const MOST_AT_ONCE = 4;
/** Agents that start together ask together: a round that left with the first would keep the others until its answer is back. */
const GATHER_MS = 50;

interface Offer {
  key: string;
  owner: string;
  params: JsonObject;
  settle(reply: SamplingReply): void;
  /** "fresh": the host has not seen it. "out": a call took it along. "suspect": it did, among others, and no answer came back. */
  state: "fresh" | "out" | "suspect";
  wasAlone: boolean;
}

/**
 * A host that refuses one of several samples gives none back, and says nothing: the call ends on its side. So samples that did not come
 * back go out once more, each alone; what does not come back then was refused.
 */
export class SampleOffers {
  readonly #offers = new Map<string, Offer>();
  readonly #listeners = new Map<string, Set<() => void>>();
  /** Owners whose first new sample waits for others. */
  readonly #gathering = new Map<string, ReturnType<typeof setTimeout>>();
  #count = 0;

  /** Settles when a call brought the answer. `signal`: it is not wanted any more. */
  ask(owner: string, params: JsonObject, signal: AbortSignal): Promise<SamplingReply> {
    const { promise, resolve } = Promise.withResolvers<SamplingReply>();
    const key = `sample-${++this.#count}`;
    const settle = (reply: SamplingReply) => {
      this.#offers.delete(key);
      resolve(reply);
    };
    this.#offers.set(key, { key, owner, params, settle, state: "fresh", wasAlone: false });
    signal.addEventListener("abort", () => settle(failed("the run took it back")), { once: true });
    this.#gather(owner);
    return promise;
  }

  #gather(owner: string): void {
    if (this.#gathering.has(owner)) return;
    const tell = () => {
      this.#gathering.delete(owner);
      this.#listeners.get(owner)?.forEach((listener) => listener());
    };
    this.#gathering.set(owner, setTimeout(tell, GATHER_MS));
  }

  /** Told when there is something to take along, at once if so already. Gives the way to stop listening. */
  listen(owner: string, listener: () => void): () => void {
    const listeners: Set<() => void> = this.#listeners.get(owner) ?? new Set();
    this.#listeners.set(owner, listeners.add(listener));
    const isWaiting = this.#of(owner).some(({ state }) => state !== "out");
    if (isWaiting && !this.#gathering.has(owner)) listener();
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0) this.#listeners.delete(owner);
    };
  }

  /** The host's answers, whatever call brings them. */
  answer(responses: Record<string, unknown> | undefined): void {
    for (const { key, settle } of [...this.#offers.values()]) {
      const response = inputResponse(responses as InputResponses | undefined, key);
      if (response.kind === "sampling") settle({ result: response.result as unknown as Json });
    }
  }

  /** A call of the host has come and has brought what it brings: what is still out was not answered. */
  closeRound(owner: string): void {
    for (const offer of this.#of(owner).filter(({ state }) => state === "out")) {
      if (!offer.wasAlone) offer.state = "suspect";
      else {offer.settle({
          failure: { kind: "refused", message: "the host gave no answer when it was asked for this sample alone" },
        });}
    }
  }

  /** What the next answer asks the host for; null: nothing. */
  takeRound(owner: string): InputRequests | null {
    const waiting = this.#of(owner).filter(({ state }) => state !== "out");
    const suspect = waiting.find(({ state }) => state === "suspect");
    const round = suspect ? [suspect] : waiting.slice(0, MOST_AT_ONCE);
    for (const offer of round) Object.assign(offer, { state: "out", wasAlone: round.length === 1 });
    return requestsOf(round);
  }

  /** For a host that polls: the same ones until they are answered. null: none. */
  pending(owner: string): InputRequests | null {
    return requestsOf(this.#of(owner).slice(0, MOST_AT_ONCE));
  }

  /** The host is gone. */
  close(): void {
    for (const timer of this.#gathering.values()) clearTimeout(timer);
    for (const { settle } of [...this.#offers.values()]) {
      settle({ failure: { kind: "gone", message: "its connection to odw ended" } });
    }
  }

  #of(owner: string): Offer[] {
    return [...this.#offers.values()].filter((offer) => offer.owner === owner);
  }
}

function requestsOf(offers: Offer[]): InputRequests | null {
  if (offers.length === 0) return null;
  return Object.fromEntries(
    offers.map((
      { key, params },
    ) => [key, inputRequired.createMessage(params as unknown as CreateMessageRequestParams)]),
  );
}

function failed(message: string): SamplingReply {
  return { failure: { kind: "failed", message } };
}
