// Tells recorded answers in the order in which they were told the first time: races, "first three win" and lists that fill up by
// completion take the same branch again.

import { SmallestFirst } from "../lib/smallest_first.ts";
import type { Recorded } from "../store.ts";
import { isDenied } from "./script_tools.ts";

/** A script's realm, as it hears answers and says what it makes of them. */
export type RealmId = number;

export interface RetellingParts {
  /** Keys of answers in the order in which they were recorded; those that are not asked for again are passed over. */
  order: readonly string[];
  /** Called when every script has heard all that can be told and waits on. */
  onQuiet?: () => void;
  /** Called when something is told. */
  onTold?: () => void;
}

interface Waiting {
  /** Who is told; null: no script, and so none makes anything of it. */
  realm: RealmId | null;
  wake: () => void;
}

/**
 * An answer is told when every script has made all that it makes of those before. So what a script asks because of an answer is known
 * before the next one is told, and neighbours in the order, which nothing lies between, are told together.
 */
export class Retelling {
  readonly #ranks: ReadonlyMap<string, number>;
  readonly #parts: RetellingParts;
  readonly #asked = new SmallestFirst<Waiting & { rank: number }>(({ rank }) => rank);
  /** Answers that are new, in the order in which they came. */
  #fresh: Waiting[] = [];
  readonly #realms = new Set<RealmId>();
  readonly #busy = new Set<RealmId>();
  #held = 0;
  /** Recorded answers that were not told yet. */
  #left: number;
  #isAdvancing = false;

  constructor(parts: RetellingParts) {
    this.#parts = parts;
    this.#ranks = new Map(parts.order.map((key, rank) => [key, rank]));
    this.#left = this.#ranks.size;
  }

  /** Settles as `recorded` or `fresh` does, when its turn has come. `realm`: null where no script hears it. */
  async tell<Value>(
    key: string,
    realm: RealmId | null,
    { recorded, fresh }: { recorded: () => Promise<Value>; fresh: () => Promise<Value> },
  ): Promise<Value> {
    const rank = this.#ranks.get(key);
    if (rank !== undefined) {
      await new Promise<void>((wake) => {
        this.#asked.add({ rank, realm, wake });
        this.#advanceSoon();
      });
      this.#left--;
      return await recorded();
    }
    try {
      return await fresh();
    } finally {
      // Once all that was recorded is told, what is new waits only for what came before it.
      if (this.#left > 0 || this.#fresh.length > 0) await this.#turn(realm);
    }
  }

  /** Settles when no recorded answer is left that a script waits for. */
  async calm(): Promise<void> {
    await this.#turn(null);
  }

  /** Nothing is told while `work`, which is short, prepares a script. */
  async hold<Value>(realm: RealmId, work: () => Promise<Value>): Promise<Value> {
    this.#held++;
    try {
      return await work();
    } catch (error) {
      this.#tells(realm);
      throw error;
    } finally {
      this.#held--;
      this.#advanceSoon();
    }
  }

  started(realm: RealmId): void {
    this.#realms.add(realm);
    this.#busy.add(realm);
  }

  /** The script has said all that it makes of what it was told. */
  settled(realm: RealmId): void {
    if (this.#busy.delete(realm)) this.#advanceSoon();
  }

  /** Its script has ended, and `caller`, if there is one, is told its result. */
  ended(realm: RealmId, caller: RealmId | null): void {
    this.#realms.delete(realm);
    this.#busy.delete(realm);
    this.#tells(caller);
    this.#advanceSoon();
  }

  /** A script that has ended makes nothing of it any more. */
  #tells(realm: RealmId | null): void {
    if (realm !== null && this.#realms.has(realm)) this.#busy.add(realm);
  }

  #turn(realm: RealmId | null): Promise<void> {
    return new Promise((wake) => {
      this.#fresh.push({ realm, wake });
      this.#advanceSoon();
    });
  }

  /** The other calls of the same batch come in this very tick. */
  #advanceSoon(): void {
    if (this.#isAdvancing) return;
    this.#isAdvancing = true;
    setImmediate(() => {
      this.#isAdvancing = false;
      this.#advance();
    });
  }

  #advance(): void {
    if (this.#held > 0 || this.#busy.size > 0) return;
    const told = this.#asked.first ? this.#neighbours() : this.#fresh.splice(0);
    if (told.length === 0) return this.#parts.onQuiet?.();
    this.#parts.onTold?.();
    for (const { realm, wake } of told) {
      this.#tells(realm);
      wake();
    }
    // What nobody hears brings no sign that it was heard.
    this.#advanceSoon();
  }

  /** The first that is asked for, with all that follow it without a gap, as far as one script hears them. */
  #neighbours(): Waiting[] {
    const told = [this.#asked.take()!];
    for (let next = this.#asked.first; next; next = this.#asked.first) {
      const last = told.at(-1)!;
      if (next.rank !== last.rank + 1 || next.realm !== last.realm) break;
      told.push(this.#asked.take()!);
    }
    return told;
  }
}

/** Of a resumed run; undefined: nothing is recorded that could be told. What failed runs again, and is new. */
export function openRetelling({ order, steps, answers, toolOutcomes, plans }: Recorded): Retelling | undefined {
  const isKept = (key: string) => {
    const outcome = toolOutcomes.get(key);
    return outcome ? !isDenied(outcome) : steps.has(key) || answers.has(key) || plans.has(key);
  };
  const kept = order.filter(isKept);
  return kept.length > 0 ? new Retelling({ order: kept }) : undefined;
}

/** Global in both supported Deno versions; the types of the older one do not have it. */
declare function setImmediate(callback: () => void): void;
