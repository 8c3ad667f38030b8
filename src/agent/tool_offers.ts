// What selections of tools give: asked for once for each selection, and prepared once for all the calls that make it.
import type { ToolSpec } from "../provider.ts";
import type { ToolInfo, Tools, ToolSelection } from "../tool.ts";
import { toolInstructions } from "./system_prompt.ts";

/** The same object for each call of the same selection, and so are its lists. */
export interface ToolOffer {
  tools: ToolInfo[];
  /** Canonical names, in the same order. */
  names: string[];
  /** As a provider is told. */
  specs: ToolSpec[];
  /** What an agent with these tools is told. */
  instructions: string;
  /** Names that lead to no tool. */
  unknown: string[];
  warnings: string[];
}

interface Kept {
  offer: ToolOffer | Promise<ToolOffer>;
  /** An offer that something was missing from is asked for again after this time. */
  untilMs: number;
}

/** A server that did not start may be there a minute later. */
const INCOMPLETE_MS = 60_000;
const NOTHING = prepared({ tools: [], unknown: [], warnings: [] });
/** The key of the selection that names nothing: that of most calls. */
const EVERYTHING = "";

export class ToolOffers {
  readonly tools: Tools;
  readonly #now: () => number;
  readonly #kept = new Map<string, Kept>();
  /** By the list of names that a call was prepared with. */
  readonly #byNames = new WeakMap<string[], ToolOffer>();

  constructor(tools: Tools, now: () => number) {
    this.tools = tools;
    this.#now = now;
  }

  /** At once where the selection was made before. An empty selection gives nothing, and nothing is started for it. */
  offer(selection: ToolSelection): ToolOffer | Promise<ToolOffer> {
    if (selection.tools?.length === 0) return NOTHING;
    const key = keyOf(selection);
    const kept = this.#kept.get(key);
    if (kept && (kept.untilMs === Infinity || this.#now() < kept.untilMs)) return kept.offer;
    const asked: Kept = { offer: NOTHING, untilMs: Infinity };
    asked.offer = this.#ask(selection).then((offer) => this.#keep(asked, offer), (error) => {
      this.#kept.delete(key);
      throw error;
    });
    this.#kept.set(key, asked);
    return asked.offer;
  }

  /** Of a prepared call, by its canonical names. */
  named(names: string[]): ToolOffer | Promise<ToolOffer> {
    return this.#byNames.get(names) ?? this.offer({ tools: names });
  }

  /** No caller's signal ends what others wait for too; the servers' own time limits hold. */
  async #ask(selection: ToolSelection): Promise<ToolOffer> {
    return prepared(await this.tools.offer(selection, new AbortController().signal));
  }

  #keep(asked: Kept, offer: ToolOffer): ToolOffer {
    if (offer.warnings.length > 0) asked.untilMs = this.#now() + INCOMPLETE_MS;
    asked.offer = offer;
    this.#byNames.set(offer.names, offer);
    return offer;
  }
}

function keyOf({ tools, disallowedTools = [] }: ToolSelection): string {
  if (!tools && disallowedTools.length === 0) return EVERYTHING;
  return JSON.stringify([tools ?? null, disallowedTools]);
}

function prepared(offer: Pick<ToolOffer, "tools" | "unknown" | "warnings">): ToolOffer {
  const { tools } = offer;
  return {
    ...offer,
    names: tools.map(({ name }) => name),
    specs: tools.map(({ name, description, schema }) => ({ name, description, schema })),
    instructions: toolInstructions(tools),
  };
}
