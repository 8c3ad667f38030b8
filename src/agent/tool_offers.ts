// What selections of tools give: asked for once for each selection, however many calls make it.
import type { ToolInfo, Tools, ToolSelection } from "../tool.ts";

export interface ToolOffer {
  tools: ToolInfo[];
  /** Names that lead to no tool. */
  unknown: string[];
  warnings: string[];
}

interface Kept {
  offer: Promise<ToolOffer>;
  /** An offer that something was missing from is asked for again after this time. */
  untilMs: number;
}

/** A server that did not start may be there a minute later. */
const INCOMPLETE_MS = 60_000;
const NOTHING: ToolOffer = { tools: [], unknown: [], warnings: [] };

export class ToolOffers {
  readonly tools: Tools;
  readonly #now: () => number;
  readonly #kept = new Map<string, Kept>();

  constructor(tools: Tools, now: () => number) {
    this.tools = tools;
    this.#now = now;
  }

  /** An empty selection gives nothing, and nothing is started for it. */
  offer(selection: ToolSelection): Promise<ToolOffer> {
    if (selection.tools?.length === 0) return Promise.resolve(NOTHING);
    const key = JSON.stringify([selection.tools ?? null, selection.disallowedTools ?? []]);
    const kept = this.#kept.get(key);
    if (kept && this.#now() < kept.untilMs) return kept.offer;
    const asked: Kept = { offer: this.#ask(selection), untilMs: Infinity };
    this.#kept.set(key, asked);
    asked.offer.then(
      ({ warnings }) => warnings.length > 0 && (asked.untilMs = this.#now() + INCOMPLETE_MS),
      () => this.#kept.delete(key),
    );
    return asked.offer;
  }

  /** Of a prepared call, by canonical names. */
  async named(names: string[]): Promise<ToolInfo[]> {
    return (await this.offer({ tools: names })).tools;
  }

  /** No caller's signal ends what others wait for too; the servers' own time limits hold. */
  #ask(selection: ToolSelection): Promise<ToolOffer> {
    return this.tools.offer(selection, new AbortController().signal);
  }
}
