// One agent() call of a run: from the journal when it is recorded, else through the queue, and into the journal before it is told.
import type { AgentCall, AgentHandling, AgentRequest, AgentResult, AgentRetry, AgentRunner } from "../agent.ts";
import { errorFromInfo, OdwError } from "../errors.ts";
import type { Json } from "../json.ts";
import type { Queue } from "../queue.ts";
import type { Dialect, EventBody, RunLimits } from "../run.ts";
import { Backlog } from "./backlog.ts";
import type { Census } from "./census.ts";
import type { Journal } from "./journal.ts";
import { isThrown } from "./step_outcome.ts";

const LABEL_CHARS = 48;
/** Calls in the queue for each permit of the run; the others wait in the backlog. */
const QUEUED_PER_PERMIT = 4;

export interface StepRunnerParts {
  runId: string;
  model: string | null;
  limits: RunLimits;
  runner: AgentRunner;
  queue: Queue;
  journal: Journal;
  census: Census;
  /** Answers of earlier parts of this run by step id. */
  recorded: ReadonlyMap<string, Json>;
  /** Ends every call of the run. */
  signal: AbortSignal;
  /** Called when a budget stands in the way of a call: begins to pause the run if the budget is hard, else maybe. */
  onBudgetExceeded: (error: OdwError, isHard: boolean) => void;
  /** Called when a call's provider takes no calls for now, and no fallback either: begins to pause the run. `resetAt`: ISO 8601. */
  onProviderClosed: (error: OdwError, resetAt: string | null) => void;
  /** While true no further call starts; those that want to are held until `signal` ends them. */
  isPausing: () => boolean;
}

/** A call that is new in this tick. */
interface Fresh {
  step: string;
  handling: AgentHandling;
  /** Neither started nor ended. */
  isWaiting: boolean;
}

/** Why a skipped call was ended. */
const SKIPPED = new OdwError("aborted", "the agent was skipped");

/** The calls of one run, over all its scripts. */
export class StepRunner {
  readonly #parts: StepRunnerParts;
  readonly #underWay = new Set<Promise<void>>();
  /** One controller a call, all ended with the run: an AbortSignal.any for each call would cost more than the call. */
  readonly #controllers = new Map<string, AbortController>();
  readonly #backlog: Backlog;
  /** Calls of this tick that may have to wait. */
  #fresh: Fresh[] = [];

  constructor(parts: StepRunnerParts) {
    this.#parts = parts;
    this.#backlog = new Backlog(parts.limits.concurrency * QUEUED_PER_PERMIT);
    parts.signal.addEventListener("abort", () => {
      for (const controller of this.#controllers.values()) controller.abort(parts.signal.reason);
    });
  }

  /** The answer; null or a rejection for a failed call, as the dialect has it. */
  run(step: string, request: AgentRequest, asked: AgentHandling, dialect: Dialect): Promise<Json> {
    const handling = { ...asked, label: asked.label ?? labelOf(request) };
    const answer = this.#parts.recorded.get(step);
    return answer === undefined
      ? this.#perform(step, request, handling, dialect)
      : this.#replay(step, answer, handling);
  }

  /** Ends one call that waits or runs: it becomes `step_skipped`. False when there is no such call. */
  skip(step: string): boolean {
    const controller = this.#controllers.get(step);
    controller?.abort(SKIPPED);
    return controller !== undefined || this.#backlog.drop(step, SKIPPED);
  }

  /** Settles when no started call is under way. */
  async idle(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
  }

  #replay(step: string, answer: Json, handling: AgentHandling): Promise<Json> {
    this.#parts.census.addReplay();
    this.#parts.journal.note({ type: "step_replayed", step, ...namesOf(handling) });
    return Promise.resolve(answer);
  }

  async #perform(step: string, request: AgentRequest, handling: AgentHandling, dialect: Dialect): Promise<Json> {
    try {
      this.#checkStart();
      this.#parts.census.admit();
      return tell(await this.#enter(step, request, handling, dialect), dialect);
    } catch (error) {
      if (error === SKIPPED) return await this.#tellSkipped(step, dialect);
      if (this.#parts.isPausing()) await aborted(this.#parts.signal);
      throw error;
    }
  }

  async #enter(step: string, request: AgentRequest, handling: AgentHandling, dialect: Dialect): Promise<AgentResult> {
    const entering = this.#backlog.enter(step);
    const fresh: Fresh = { step, handling, isWaiting: true };
    this.#noteIfWaiting(fresh);
    if (entering) await entering;
    try {
      const call = await this.#prepare(request, handling, dialect);
      return await this.#submit(fresh, call, dialect);
    } finally {
      fresh.isWaiting = false;
      this.#backlog.leave();
    }
  }

  async #prepare(request: AgentRequest, handling: AgentHandling, dialect: Dialect): Promise<AgentCall> {
    try {
      return await this.#parts.runner.prepare(request, handling, { dialect, model: this.#parts.model });
    } catch (error) {
      this.#parts.census.refund();
      throw error;
    }
  }

  async #submit(fresh: Fresh, call: AgentCall, dialect: Dialect): Promise<AgentResult> {
    const { step } = fresh;
    const { runId, limits, queue, journal, census, signal } = this.#parts;
    if (signal.aborted) throw signal.reason;
    const ended = Promise.withResolvers<void>();
    const controller = new AbortController();
    this.#controllers.set(step, controller);
    let startedAt = 0;
    const onStarted = (started: AgentCall) => {
      this.#checkStart();
      startedAt ||= performance.now();
      fresh.isWaiting = false;
      this.#underWay.add(ended.promise);
      journal.note(startedEvent(step, started));
    };
    const onRetried = ({ attempt, reason, waitMs }: AgentRetry) =>
      journal.note({ type: "step_retried", step, attempt, reason, waitMs });
    const hooks = { onStarted, onRetried, ...(census.reserve ? { reserve: census.reserve } : {}) };
    const task = { runId, stepId: step, runConcurrency: limits.concurrency, call };
    try {
      const result = await queue.submit(task, { signal: controller.signal, recorded: ended.promise, ...hooks });
      const refusal = this.#refusalOf(result);
      // Refused before its first request: the call runs again when the run goes on, and until then nothing has come of it.
      if (refusal && result.attempts === 0) throw refusal;
      const durationMs = Math.round(performance.now() - startedAt);
      const events = endingOf(step, result, durationMs, call.handling, dialect);
      await journal.write(...(refusal ? events.slice(0, 1) : events), ...census.addResult(result));
      if (refusal) throw refusal;
      return result;
    } finally {
      this.#controllers.delete(step);
      this.#underWay.delete(ended.promise);
      ended.resolve();
    }
  }

  /** Free permits are given within the microtasks of this tick: a call without one after them has to wait. */
  #noteIfWaiting(fresh: Fresh): void {
    if (this.#fresh.push(fresh) === 1) setTimeout(() => this.#noteWaiting(), 0);
  }

  #noteWaiting(): void {
    const waiting = this.#fresh.filter(({ isWaiting }) => isWaiting);
    this.#fresh = [];
    if (waiting.length === 0 || this.#parts.signal.aborted) return;
    this.#parts.journal.note(
      ...waiting.map(({ step, handling }): EventBody => ({ type: "step_queued", step, ...namesOf(handling) })),
    );
  }

  async #tellSkipped(step: string, dialect: Dialect): Promise<Json> {
    await this.#parts.journal.write({ type: "step_skipped", step });
    if (dialect === "execute") throw SKIPPED;
    return null;
  }

  /** A failure that pauses the run and says nothing about this agent: no line of the failure list, and the script is not told. */
  #refusalOf(result: AgentResult): Error | null {
    if (result.status === "completed") return null;
    const error = errorFromInfo(result.error);
    if (!(error instanceof OdwError)) return null;
    if (error.code === "budget_exceeded") this.#parts.onBudgetExceeded(error, true);
    else if (result.closed) this.#parts.onProviderClosed(error, result.closed.resetAt);
    else return null;
    return error;
  }

  #checkStart(): void {
    if (this.#parts.isPausing()) throw new OdwError("paused", "the run is pausing");
    try {
      this.#parts.census.checkBudget();
    } catch (error) {
      if (error instanceof OdwError) this.#parts.onBudgetExceeded(error, false);
      throw error;
    }
  }
}

/** Rejects with the signal's reason as soon as there is one. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    else signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

function startedEvent(step: string, { request, handling, route }: AgentCall): EventBody {
  return { type: "step_started", step, request, handling, model: `${route.provider}/${route.modelId}` };
}

function namesOf({ label, phase }: AgentHandling): { label?: string; phase?: string } {
  return { ...(label === undefined ? {} : { label }), ...(phase === undefined ? {} : { phase }) };
}

function endingOf(
  step: string,
  result: AgentResult,
  durationMs: number,
  { label, phase }: AgentHandling,
  dialect: Dialect,
): EventBody[] {
  const { model, attempts, usage, costUsd } = result;
  const common = { step, model, attempts, usage, costUsd, durationMs };
  if (result.status === "completed") return [{ type: "step_completed", value: result.value, ...common }];
  const { error, rawText } = result;
  const failed: EventBody = { type: "step_failed", error, ...(rawText === undefined ? {} : { rawText }), ...common };
  if (isThrown(error, dialect)) return [failed];
  const failure = { label: label ?? "agent", phase: phase ?? null, reason: error.message };
  return [failed, { type: "failure_recorded", failure }];
}

function tell(result: AgentResult, dialect: Dialect): Json {
  if (result.status === "completed") return result.value;
  if (isThrown(result.error, dialect)) throw errorFromInfo(result.error);
  return null;
}

function labelOf(request: AgentRequest): string {
  const line = request.prompt.trimStart().split("\n", 1)[0] ?? "";
  const text = line || request.agentType || "agent";
  return text.length > LABEL_CHARS ? `${text.slice(0, LABEL_CHARS - 1)}…` : text;
}
