// The circuit of one provider: after an exhausted quota, a refused key or a long outage no call goes out until it may have changed.
import { type ErrorCode, type ErrorInfo, OdwError } from "../errors.ts";
import { LONGEST_WAIT_MS, type ProviderError } from "../provider.ts";
import type { Clock } from "./clock.ts";

/** Errors after which no other call can fare better. */
const FINAL: ReadonlySet<ErrorCode | undefined> = new Set<ErrorCode>(["quota_exhausted", "authentication"]);
/** What agents end with when a provider is down. */
const OUTAGE: ReadonlySet<ErrorCode | undefined> = new Set<ErrorCode>(["service_unavailable", "stalled"]);
/** Agents in a row that an outage must end before it counts as a long one. */
const OUTAGE_AGENTS = 5;
const FIRST_BACKOFF_MS = 30_000;
const LONGEST_BACKOFF_MS = 900_000;

/**
 * "closed": calls go out. "open": none does. "due": it is time for one call to try. "probing": that call is under way, and the others wait
 * for what comes of it.
 */
export type CircuitState = "closed" | "open" | "due" | "probing";

interface Opening {
  code: ErrorCode;
  reason: string;
  /** As the provider named it; ISO 8601. */
  resetAt: string | null;
  /** When a call may try, in milliseconds since the epoch. */
  dueAt: number;
}

export class Circuit {
  readonly #provider: string;
  readonly #clock: Clock;
  #opening: Opening | null = null;
  #isProbing = false;
  /** Openings without a success between: each waits longer. */
  #openings = 0;
  #outages = 0;

  constructor(provider: string, clock: Clock) {
    this.#provider = provider;
    this.#clock = clock;
  }

  get state(): CircuitState {
    if (this.#opening === null) return "closed";
    if (this.#isProbing) return "probing";
    return this.#clock.now() < this.#opening.dueAt ? "open" : "due";
  }

  get resetAt(): string | null {
    return this.#opening?.resetAt ?? null;
  }

  /** Why no call goes out, with the code of the error that opened the circuit; null while one may. */
  refusal(): OdwError | null {
    if (this.#opening === null || this.state !== "open") return null;
    const { code, reason, resetAt } = this.#opening;
    const until = resetAt === null ? "for now" : `until ${resetAt}`;
    return new OdwError(code, `${this.#provider} takes no calls ${until}: ${reason}`);
  }

  /** The next call is the one that tries. */
  beginProbe(): void {
    this.#isProbing = true;
  }

  /** The trying call ended without an answer of the provider: another may try. */
  abandonProbe(): void {
    this.#isProbing = false;
  }

  /** A call was answered. `isProbe`: one that was let through to see whether the provider is back. */
  answered(isProbe: boolean): void {
    this.#outages = 0;
    if (!isProbe) return;
    this.#isProbing = false;
    this.#opening = null;
    this.#openings = 0;
  }

  /** A call failed. True when the circuit opened by it, or stays open with a new reset time. */
  failed(error: ProviderError, isProbe: boolean): boolean {
    const wasClosed = this.#opening === null;
    if (isProbe) this.#isProbing = false;
    const opens = FINAL.has(error.code) || error.closes || (error.retryAfterMs ?? 0) > LONGEST_WAIT_MS;
    if (opens || (isProbe && OUTAGE.has(error.code))) {
      this.#open(error.code, error.message, this.#resetAt(error));
      return wasClosed || isProbe;
    }
    // Any other refusal shows that somebody is there; a rate limit is for the permits to obey.
    if (isProbe) this.answered(true);
    return false;
  }

  /** An agent ended without an answer, after all of its retries. True when the circuit opened by it. */
  agentFailed({ code, message }: ErrorInfo): boolean {
    if (code === undefined || !OUTAGE.has(code) || this.#opening !== null) return false;
    if (++this.#outages < OUTAGE_AGENTS) return false;
    this.#open(code, `${OUTAGE_AGENTS} agents in a row failed, the last one with: ${message}`, null);
    return true;
  }

  /** Whether an agent that ended with this code ended so because of what keeps the circuit open. */
  explains(code: ErrorCode | undefined): boolean {
    return this.#opening !== null && (FINAL.has(code) || OUTAGE.has(code) || code === this.#opening.code);
  }

  #open(code: ErrorCode, reason: string, resetAt: string | null): void {
    const isNew = this.#opening === null || this.state !== "open";
    if (!isNew && resetAt === null) return;
    if (isNew) this.#openings++;
    this.#outages = 0;
    const backoffMs = Math.min(FIRST_BACKOFF_MS * 2 ** (this.#openings - 1), LONGEST_BACKOFF_MS);
    const dueAt = resetAt === null ? this.#clock.now() + backoffMs : Date.parse(resetAt);
    this.#opening = { code, reason, resetAt, dueAt };
  }

  /** A time that is past or unreadable says nothing. */
  #resetAt(error: ProviderError): string | null {
    const now = this.#clock.now();
    if (error.resetAt !== undefined) return Date.parse(error.resetAt) > now ? error.resetAt : null;
    if (error.retryAfterMs === undefined || error.retryAfterMs <= 0) return null;
    return new Date(now + error.retryAfterMs).toISOString();
  }
}
