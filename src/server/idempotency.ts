// A request that is sent twice under one key starts one run.
import { canonicalJson, type Json } from "../json.ts";
import { OdwError } from "../errors.ts";

/** A client that repeats a request does so soon. */
const MOST_KEYS = 10_000;

interface Known {
  /** The request as canonical text: the same key with another one is a mistake. */
  body: string;
  id: Promise<string>;
}

/** As long as the server lives. */
export class Idempotency {
  readonly #known = new Map<string, Known>();

  /** What `start` gave for this key; a start that failed may be tried again. Throws `conflict` for another body. */
  async once(key: string, request: object, start: () => Promise<string>): Promise<string> {
    const body = canonicalJson(request as Json);
    const known = this.#known.get(key);
    if (known) {
      if (known.body === body) return await known.id;
      throw new OdwError("conflict", `the idempotency key ${JSON.stringify(key)} belongs to another request`);
    }
    const id = start();
    this.#known.set(key, { body, id });
    id.catch(() => this.#known.delete(key));
    const oldest = this.#known.keys().next().value;
    if (this.#known.size > MOST_KEYS && oldest !== undefined) this.#known.delete(oldest);
    return await id;
  }
}
