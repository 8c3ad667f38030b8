// Calls that take samples along (protocol since 2026): the call ends with what the host is asked for, and comes again with the answers.
import { inputRequired, type ServerContext } from "@modelcontextprotocol/server";
import { OdwError } from "../errors.ts";
import { isJsonObject } from "../json.ts";
import type { HostModel } from "./host_model.ts";
import { InputNeeded } from "./host_side.ts";

/** Clients end a call after ten. */
const MOST_ROUNDS = 6;

/** The rounds of one call for the samples of one run, or of what else `owner` names. */
export class SamplingRounds {
  readonly #model: HostModel;
  readonly #owner: string;
  readonly #round: number;
  /** Names work of this connection that an earlier round began; null: this is the first. */
  readonly #work: string | null;

  /** Hands on what the host brings with this call. */
  constructor(model: HostModel, owner: string, { mcpReq }: ServerContext) {
    this.#model = model;
    this.#owner = owner;
    const { round, work } = stateOf(mcpReq.requestState());
    this.#round = typeof round === "number" && round > 0 ? round : 0;
    this.#work = typeof work === "string" ? work : null;
    model.offers.answer(mcpReq.inputResponses);
    model.offers.closeRound(owner);
  }

  /** No further round is possible in this call: the host has to call again. */
  get isUsedUp(): boolean {
    return this.#round >= MOST_ROUNDS;
  }

  /** See SampleOffers.listen. */
  listen(listener: () => void): () => void {
    return this.#model.offers.listen(this.#owner, listener);
  }

  /** Throws InputNeeded when there is something to ask the host for. */
  ask(work: string | null = null): void {
    const inputRequests = this.isUsedUp ? null : this.#model.offers.takeRound(this.#owner);
    if (!inputRequests) return;
    const requestState = JSON.stringify({ round: this.#round + 1, ...(work === null ? {} : { work }) });
    throw new InputNeeded(inputRequired({ inputRequests, requestState }));
  }

  /** Work that may need samples itself: goes on between the rounds, and is not begun again. Throws InputNeeded. */
  async carry<T>(begin: () => Promise<T>): Promise<T> {
    const { works } = this.#model;
    const name = this.#work !== null && works.has(this.#work) ? this.#work : crypto.randomUUID();
    const work = works.get(name) as Promise<T> | undefined ?? begin();
    works.set(name, work);
    const offered = Promise.withResolvers<"offered">();
    const stopListening = this.listen(() => offered.resolve("offered"));
    const settled = work.then((value) => ({ value })).finally(() => works.delete(name));
    settled.catch(() => {});
    const result = await Promise.race([settled, offered.promise]).finally(stopListening);
    if (result !== "offered") return result.value;
    this.ask(name);
    throw new OdwError(
      "service_unavailable",
      "the work needs more answers of this host's model than one call can bring",
    );
  }
}

function stateOf(state: unknown): { round?: unknown; work?: unknown } {
  if (typeof state !== "string") return {};
  try {
    const value: unknown = JSON.parse(state);
    return isJsonObject(value) ? value : {};
  } catch {
    return {};
  }
}
