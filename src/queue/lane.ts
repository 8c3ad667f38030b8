// One provider's lane: its waiting agents, and the gate that every provider call of them passes.
import type { AgentResult, CallGate, CallPass } from "../agent.ts";
import type { OdwError } from "../errors.ts";
import { ProviderError, type Route } from "../provider.ts";
import { Circuit } from "./circuit.ts";
import type { Clock } from "./clock.ts";
import { Permits } from "./permits.ts";
import { Workers, type WorkersOptions } from "./workers.ts";

interface Waiting {
  grant: (pass: CallPass) => void;
  refuse: (reason: unknown) => void;
}

export interface LaneOptions extends Pick<WorkersOptions, "runs" | "turns" | "onFreed"> {
  clock: Clock;
}

/**
 * Agents take one of `workers` for their whole life; each of their provider calls takes a place at the gate for as long as it lasts.
 * The workers keep agents from starting, the gate holds back retries and further turns of those that have started.
 */
export class Lane implements CallGate {
  readonly workers: Workers;
  readonly #circuit: Circuit;
  readonly #permits: Permits;
  readonly #clock: Clock;
  readonly #waiting = new Set<Waiting>();
  readonly #listeners = new Set<(refusal: OdwError) => void>();
  #inFlight = 0;
  /** A timer runs that ends a hold. */
  #isTimed = false;
  /** Of the calls that went out since the permits or the circuit last changed. */
  #pass = this.#passOf(false);

  constructor({ provider, concurrency }: Pick<Route, "provider" | "concurrency">, options: LaneOptions) {
    const { clock, runs, turns, onFreed } = options;
    this.workers = new Workers({ concurrency, runs, turns, onFreed, mayStart: () => this.#mayStart() });
    this.#circuit = new Circuit(provider, clock);
    this.#permits = new Permits(concurrency, clock);
    this.#clock = clock;
  }

  /** Why no agent may start; null while one may. */
  refusal(): OdwError | null {
    return this.#circuit.refusal();
  }

  /** See CallGate. First in, first out. */
  enter(signal: AbortSignal): CallPass | Promise<CallPass> {
    const refusal = this.#circuit.refusal();
    if (refusal) throw refusal;
    if (this.#waiting.size === 0 && this.#isFree()) return this.#admit();
    return this.#wait(signal);
  }

  /** See CallGate. */
  onClosed(listener: (refusal: OdwError) => void): () => void {
    const refusal = this.#circuit.refusal();
    if (refusal) listener(refusal);
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** What an agent's end says about the provider, and the provider's state about that end. */
  ended(result: AgentResult): AgentResult {
    if (result.status === "completed") return result;
    if (this.#circuit.agentFailed(result.error)) this.#closeDown();
    if (!this.#circuit.explains(result.error.code)) return result;
    return { ...result, closed: { resetAt: this.#circuit.resetAt } };
  }

  /** A hold keeps agents back only while the circuit is closed: else they have to be told, or to try. */
  #mayStart(): boolean {
    return !this.#isTimed || this.#circuit.state !== "closed";
  }

  #isFree(): boolean {
    const { state } = this.#circuit;
    if (state === "due") return true;
    return state === "closed" && this.#inFlight < this.#permits.count && !this.#permits.isHeld;
  }

  #admit(): CallPass {
    this.#inFlight++;
    if (this.#circuit.state === "closed") return this.#pass;
    this.#circuit.beginProbe();
    return this.#passOf(true);
  }

  #wait(signal: AbortSignal): Promise<CallPass> {
    const { promise, resolve, reject } = Promise.withResolvers<CallPass>();
    const abort = () => {
      this.#waiting.delete(waiting);
      reject(signal.reason);
    };
    const settled = () => {
      this.#waiting.delete(waiting);
      signal.removeEventListener("abort", abort);
    };
    const waiting: Waiting = {
      grant: (pass) => (settled(), resolve(pass)),
      refuse: (reason) => (settled(), reject(reason)),
    };
    this.#waiting.add(waiting);
    signal.addEventListener("abort", abort, { once: true });
    if (signal.aborted) abort();
    return promise;
  }

  #passOf(isProbe: boolean): CallPass {
    const pass: CallPass = {
      answered: (rateResetAt) => {
        this.#circuit.answered(isProbe);
        if (isProbe || pass === this.#pass) this.#countAnswer();
        if (rateResetAt !== undefined) this.#hold(rateResetAt);
        this.#leave();
      },
      failed: (thrown) => {
        if (thrown instanceof ProviderError) this.#countFailure(thrown, { isProbe, isCurrent: pass === this.#pass });
        else if (isProbe) this.#circuit.abandonProbe();
        this.#leave();
      },
    };
    return pass;
  }

  #countAnswer(): void {
    if (this.#permits.answered()) this.workers.concurrency = this.#permits.count;
  }

  /** Of many calls that are refused together only the first halves the permits: the others went out under the same number. */
  #countFailure(error: ProviderError, { isProbe, isCurrent }: { isProbe: boolean; isCurrent: boolean }): void {
    if (this.#circuit.failed(error, isProbe)) this.#closeDown();
    if (error.code !== "rate_limit" || !(isCurrent || isProbe)) return;
    this.#permits.halve();
    this.#pass = this.#passOf(false);
    this.workers.concurrency = this.#permits.count;
  }

  #hold(until: number): void {
    this.#permits.hold(until);
    if (!this.#permits.isHeld || this.#isTimed) return;
    this.#isTimed = true;
    this.#goOnLater();
  }

  /** A hold may have become longer meanwhile, and timers may be early. */
  #goOnLater(): void {
    this.#clock.after(this.#permits.heldMs, () => {
      if (this.#permits.isHeld) return this.#goOnLater();
      this.#isTimed = false;
      this.workers.employ();
      this.#wake();
    });
  }

  /** The circuit has opened: what waits in the queue, at the gate or for a retry is refused. */
  #closeDown(): void {
    this.#pass = this.#passOf(false);
    this.#wake();
    const refusal = this.#circuit.refusal();
    if (!refusal) return this.workers.employ();
    // Whoever waits for a permit is told so without one.
    for (const agent of this.workers.dismiss()) void agent.work();
    for (const listener of this.#listeners) listener(refusal);
  }

  #leave(): void {
    this.#inFlight--;
    if (this.#waiting.size > 0) this.#wake();
  }

  #wake(): void {
    const refusal = this.#circuit.refusal();
    for (const waiting of this.#waiting) {
      if (refusal) waiting.refuse(refusal);
      else if (this.#isFree()) waiting.grant(this.#admit());
      else return;
    }
  }
}
