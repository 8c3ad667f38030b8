// The provider calls of one agent(): each is retried while that helps, and all are counted.
import type { AgentRetry, AgentRunOptions } from "../agent.ts";
import { type ErrorCode, OdwError } from "../errors.ts";
import {
  type GenerateRequest,
  type GenerateResult,
  LONGEST_WAIT_MS,
  noUsage,
  type Provider,
  ProviderError,
} from "../provider.ts";
import { admit } from "./admission.ts";
import { addToTally, type Spent, type Tally } from "./tally.ts";

export interface CallOptions {
  provider: Provider;
  tally: Tally;
  signal: AbortSignal;
  stallMs: number;
  /** Retries of one request after retryable errors. */
  retries: number;
  /** Calls of one request that may end without progress. */
  stallAttempts: number;
  /** On the clock of `now`; Infinity without a time limit. */
  deadlineMs: number;
  now: () => number;
  random: () => number;
  sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  onRetried: AgentRunOptions["onRetried"] | undefined;
  reserve: AgentRunOptions["reserve"] | undefined;
  gate: AgentRunOptions["gate"] | undefined;
}

const FIRST_BACKOFF_MS = 500;
const LONGEST_BACKOFF_MS = 30_000;

/** Why a call is made again. */
export type RetryCause = Pick<AgentRetry, "code" | "reason">;

const NOTHING: Spent = { usage: noUsage(), costUsd: 0 };

export class ProviderCalls {
  readonly #options: CallOptions;

  constructor(options: CallOptions) {
    this.#options = options;
  }

  /** One answer. Throws the signal's reason, or the error that no retry could mend. */
  async generate(request: GenerateRequest): Promise<GenerateResult> {
    let failures = 0;
    let stalls = 0;
    while (true) {
      try {
        return await this.#generateOnce(request);
      } catch (thrown) {
        this.#options.signal.throwIfAborted();
        if (!(thrown instanceof ProviderError)) throw thrown;
        if (thrown.code === "stalled") this.#checkStalls(++stalls, thrown);
        else this.#checkFailures(++failures, thrown);
        await this.retry(
          { code: thrown.code, reason: thrown.message },
          thrown.code === "stalled" ? 0 : this.#waitMs(thrown, failures),
        );
      }
    }
  }

  /** Tells of a retry and waits for it. Throws `timeout` at once when the wait would outlast the time limit. */
  async retry({ code, reason }: RetryCause, waitMs: number): Promise<void> {
    const { tally, signal, now, deadlineMs, onRetried } = this.#options;
    if (waitMs > 0 && now() + waitMs >= deadlineMs) {
      throw new OdwError(
        "timeout",
        `The time limit ends before the next attempt, due in ${seconds(waitMs)}: ${reason}`,
      );
    }
    onRetried?.({ attempt: tally.attempts, code, reason, waitMs });
    if (waitMs > 0) await this.#sleep(waitMs);
    signal.throwIfAborted();
  }

  /** There is nothing to wait for once the provider takes no calls: throws why. */
  async #sleep(waitMs: number): Promise<void> {
    const { sleep, signal, gate } = this.#options;
    if (!gate) return await sleep(waitMs, signal);
    const closing = new AbortController();
    const stopListening = gate.onClosed((refusal) => closing.abort(refusal));
    try {
      await sleep(waitMs, AbortSignal.any([signal, closing.signal]));
    } finally {
      stopListening();
    }
  }

  async #generateOnce(request: GenerateRequest): Promise<GenerateResult> {
    const { provider, tally, signal, stallMs } = this.#options;
    signal.throwIfAborted();
    const { pass, reservation } = await admit(request, this.#options);
    tally.attempts++;
    let spent: Spent = NOTHING;
    try {
      const result = await provider.generate(request, { signal, stallMs });
      pass?.answered(result.rateResetAt);
      spent = addToTally(tally, result.usage, { provider, model: request.model });
      tally.lastText = result.text;
      return result;
    } catch (thrown) {
      pass?.failed(thrown);
      if (thrown instanceof ProviderError && thrown.usage) {
        spent = addToTally(tally, thrown.usage, { provider, model: request.model });
      }
      throw thrown;
    } finally {
      reservation?.settle(spent.usage, spent.costUsd);
    }
  }

  #checkStalls(stalls: number, error: ProviderError): void {
    const { stallAttempts, stallMs } = this.#options;
    if (stalls < stallAttempts) return;
    const each = stalls === 1 ? "in 1 attempt" : `in each of ${stalls} attempts`;
    throw explained(error, "stalled", `No progress for stallMs = ${stallMs} ms ${each}; raise stallMs, or 0 waits on`);
  }

  #checkFailures(failures: number, error: ProviderError): void {
    if (!error.retryable) throw error;
    const asked = error.retryAfterMs ?? 0;
    if (asked > LONGEST_WAIT_MS) {
      const limit = `longer than the ${seconds(LONGEST_WAIT_MS)} that a call waits`;
      throw explained(error, error.code, `${error.message}; the provider asks to wait ${seconds(asked)}, ${limit}`);
    }
    if (failures <= this.#options.retries) return;
    if (failures === 1) throw error;
    throw explained(error, error.code, `${error.message} (${failures} attempts)`);
  }

  /** What the server asked for, else 0.5·2ⁿ s up to 30 s, less up to a quarter so that callers do not return together. */
  #waitMs({ retryAfterMs }: ProviderError, failures: number): number {
    if (retryAfterMs !== undefined) return Math.max(0, retryAfterMs);
    const backoffMs = Math.min(FIRST_BACKOFF_MS * 2 ** (failures - 1), LONGEST_BACKOFF_MS);
    return Math.round(backoffMs * (1 - this.#options.random() / 4));
  }
}

/** The provider's error in other words; its facts stay. */
function explained(error: ProviderError, code: ErrorCode, message: string): ProviderError {
  const { provider, status, retryable, retryAfterMs, resetAt } = error;
  return new ProviderError(message, {
    code,
    provider,
    status,
    retryable,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(resetAt === undefined ? {} : { resetAt }),
    cause: error,
  });
}

function seconds(ms: number): string {
  return `${Math.round(ms / 100) / 10} s`;
}
