// Browsers: a link that works once becomes a cookie, which the token itself vouches for, so that it outlives the server's process.
import { createHmac } from "node:crypto";
import { isSameSecret, newSecret } from "../secret.ts";

const LINK_MS = 5 * 60_000;
const SESSION_MS = 30 * 24 * 3600_000;

export class Sessions {
  readonly #token: string;
  readonly #now: () => number;
  /** Codes that were not used yet, and when they expire. */
  readonly #links = new Map<string, number>();

  constructor(token: string, now: () => number = Date.now) {
    this.#token = token;
    this.#now = now;
  }

  newLink(): string {
    const code = newSecret();
    this.#links.set(code, this.#now() + LINK_MS);
    return code;
  }

  /** The new session; null for a code that is wrong, old or used. */
  signIn(code: string): string | null {
    const until = this.#links.get(code);
    this.#links.delete(code);
    if (until === undefined || until < this.#now()) return null;
    const expiresAt = String(this.#now() + SESSION_MS);
    return `${expiresAt}.${this.#seal(expiresAt)}`;
  }

  has(session: string): boolean {
    const [expiresAt = "", seal = ""] = session.split(".");
    return isSameSecret(seal, this.#seal(expiresAt)) && Number(expiresAt) >= this.#now();
  }

  #seal(expiresAt: string): string {
    return createHmac("sha256", this.#token).update(`odw session until ${expiresAt}`).digest("base64url");
  }
}
