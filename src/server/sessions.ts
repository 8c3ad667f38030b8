// Browsers: a link that works once becomes a cookie.
import { newSecret } from "./secret.ts";

const LINK_MS = 5 * 60_000;
const SESSION_MS = 30 * 24 * 3600_000;
const MOST_SESSIONS = 100;

export class Sessions {
  readonly #now: () => number;
  /** Secret and time of expiry. */
  readonly #links = new Map<string, number>();
  readonly #sessions = new Map<string, number>();

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  newLink(): string {
    const code = newSecret();
    this.#links.set(code, this.#now() + LINK_MS);
    return code;
  }

  /** The new session's secret; null for a code that is wrong, old or used. */
  signIn(code: string): string | null {
    const until = this.#links.get(code);
    this.#links.delete(code);
    if (until === undefined || until < this.#now()) return null;
    const oldest = this.#sessions.keys().next().value;
    if (this.#sessions.size >= MOST_SESSIONS && oldest !== undefined) this.#sessions.delete(oldest);
    const session = newSecret();
    this.#sessions.set(session, this.#now() + SESSION_MS);
    return session;
  }

  has(session: string): boolean {
    return (this.#sessions.get(session) ?? 0) >= this.#now();
  }
}
