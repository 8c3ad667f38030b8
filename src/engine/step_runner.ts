// One agent() call of a run: from the journal when it is recorded, else through the queue, and into the journal before it is told.
import type { AgentCall, AgentHandling, AgentRequest, AgentResult, AgentRetry, AgentRunner } from "../agent.ts";
import { errorFromInfo, OdwError } from "../errors.ts";
import type { Json } from "../json.ts";
import type { Queue, SubmitOptions } from "../queue.ts";
import type { Dialect, RunLimits } from "../run.ts";
import type { Race } from "../sandbox.ts";
import { aborted } from "./aborted.ts";
import { Backlog } from "./backlog.ts";
import type { Census } from "./census.ts";
import type { Journal } from "./journal.ts";
import { endingOf, labelOf, namesOf, placeOf, startedEvent, tell } from "./step_events.ts";
import { openStepWork, type StepWork, type WorkPlace } from "./step_work.ts";
import { UnderWay } from "./under_way.ts";
import { type Fresh, WaitingNotes } from "./waiting_notes.ts";

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
  place: Omit<WorkPlace, "runId">;
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

/** A call as the script made it. */
export interface StepCall {
  step: string;
  request: AgentRequest;
  handling: AgentHandling;
  dialect: Dialect;
  /** See Host.agent. */
  race?: Race | undefined;
}

/** Why a skipped call was ended. */
const SKIPPED = new OdwError("aborted", "the agent was skipped");
const NOT_NEEDED = new OdwError("aborted", "not needed any more: another branch of race() won");
/** Tells tools that are still at it that nobody waits for them. */
const ENDED = new OdwError("aborted", "the agent has ended");

/** The calls of one run, over all its scripts. */
export class StepRunner {
  readonly #parts: StepRunnerParts;
  readonly #place: WorkPlace;
  readonly #underWay = new UnderWay();
  /** Those that may be changing something. */
  readonly #working = new UnderWay();
  /** One controller a call, all ended with the run: an AbortSignal.any for each call would cost more than the call. */
  readonly #controllers = new Map<string, AbortController>();
  readonly #backlog: Backlog;
  readonly #warned = new Set<string>();
  readonly #waiting: WaitingNotes;

  constructor(parts: StepRunnerParts) {
    this.#parts = parts;
    this.#waiting = new WaitingNotes(parts.journal, parts.signal);
    this.#place = { ...parts.place, runId: parts.runId };
    this.#backlog = new Backlog(parts.limits.concurrency * QUEUED_PER_PERMIT);
    parts.signal.addEventListener("abort", () => {
      for (const controller of this.#controllers.values()) controller.abort(parts.signal.reason);
    });
  }

  /** The answer; null or a rejection for a failed call, as the dialect has it. Never settles for a call that lost its race. */
  run(asked: StepCall): Promise<Json> {
    const handling = { ...asked.handling, label: asked.handling.label ?? labelOf(asked.request) };
    const answer = this.#parts.recorded.get(asked.step);
    return answer === undefined ? this.#perform({ ...asked, handling }) : this.#replay(asked.step, answer, handling);
  }

  /** Ends one call that waits or runs: it becomes `step_skipped`. False when there is no such call. */
  skip(step: string): boolean {
    return this.#end(step, SKIPPED);
  }

  /** Settles when no started call is under way, but for those that wait for an answer that another process will be given. */
  idle(): Promise<void> {
    return this.#underWay.idle();
  }

  /** Settles when no call is at its tools or holds a worktree. */
  settled(): Promise<void> {
    return this.#working.idle();
  }

  #end(step: string, reason: OdwError): boolean {
    const controller = this.#controllers.get(step);
    controller?.abort(reason);
    return controller !== undefined || this.#backlog.drop(step, reason);
  }

  #replay(step: string, answer: Json, handling: AgentHandling): Promise<Json> {
    this.#parts.census.addReplay();
    this.#parts.journal.note({ type: "step_replayed", step, ...namesOf(handling), ...placeOf(handling) });
    return Promise.resolve(answer);
  }

  async #perform(call: StepCall): Promise<Json> {
    try {
      this.#checkStart();
      this.#parts.census.admit();
      if (call.race) await this.#mayRace(call.step, call.race);
      return tell(await this.#enter(call), call.dialect);
    } catch (error) {
      if (error === SKIPPED) return await this.#tellSkipped(call, SKIPPED);
      if (error === NOT_NEEDED) return await this.#tellSkipped(call, NOT_NEEDED);
      if (this.#parts.isPausing()) await aborted(this.#parts.signal);
      throw error;
    }
  }

  async #mayRace(step: string, { cancelled, mayStart }: Race): Promise<void> {
    cancelled.addEventListener("abort", () => this.#end(step, NOT_NEEDED), { once: true });
    await mayStart;
    if (!cancelled.aborted) return;
    this.#parts.census.refund();
    throw NOT_NEEDED;
  }

  async #enter(call: StepCall): Promise<AgentResult> {
    const entering = this.#backlog.enter(call.step);
    const fresh: Fresh = { call, isWaiting: true };
    this.#waiting.add(fresh);
    if (entering) await entering;
    try {
      const prepared = await this.#prepare(call);
      if (call.race?.cancelled.aborted) throw NOT_NEEDED;
      return await this.#submit(fresh, prepared);
    } finally {
      fresh.isWaiting = false;
      this.#backlog.leave();
    }
  }

  async #prepare({ request, handling, dialect }: StepCall): Promise<AgentCall> {
    try {
      const call = await this.#parts.runner.prepare(request, handling, { dialect, model: this.#parts.model });
      if (call.warnings.length > 0) this.#warn(call.warnings);
      return call;
    } catch (error) {
      this.#parts.census.refund();
      throw error;
    }
  }

  async #submit(fresh: Fresh, call: AgentCall): Promise<AgentResult> {
    const { step } = fresh.call;
    const { queue, journal, census, signal, limits } = this.#parts;
    if (signal.aborted) throw signal.reason;
    const ended = Promise.withResolvers<void>();
    const controller = new AbortController();
    this.#controllers.set(step, controller);
    const work = openStepWork(call, this.#place, {
      ...{ step, journal, signal: controller.signal },
      onHeld: () => this.#underWay.delete(step),
    });
    const timing = { startedAt: 0 };
    const options = {
      ...{ signal: controller.signal, recorded: ended.promise },
      ...this.#hooksOf(fresh, work, timing),
      ...(census.reserve ? { reserve: census.reserve } : {}),
    };
    try {
      const task = { runId: this.#parts.runId, stepId: step, runConcurrency: limits.concurrency, call };
      const result = await queue.submit(task, options);
      await this.#record(result, { fresh, work, durationMs: Math.round(performance.now() - timing.startedAt) });
      return result;
    } finally {
      if (work?.isUsed) await this.#letGo(step, work);
      this.#working.delete(step);
      this.#controllers.delete(step);
      this.#underWay.delete(step);
      ended.resolve();
    }
  }

  /** Throws what pauses the run. */
  async #record(
    result: AgentResult,
    { fresh, work, durationMs }: { fresh: Fresh; work: StepWork | null; durationMs: number },
  ): Promise<void> {
    const refusal = this.#refusalOf(result);
    // Refused before its first request: the call runs again when the run goes on, and until then nothing has come of it.
    if (refusal && result.attempts === 0) throw refusal;
    const events = endingOf(result, { ...fresh.call, durationMs });
    const released = work?.isUsed ? await work.release() : [];
    const { journal, census } = this.#parts;
    await journal.write(...released, ...(refusal ? events.slice(0, 1) : events), ...census.addResult(result));
    if (refusal) throw refusal;
  }

  #hooksOf(
    fresh: Fresh,
    work: StepWork | null,
    timing: { startedAt: number },
  ): Pick<SubmitOptions, "onStarted" | "onRetried" | "work"> {
    const { step } = fresh.call;
    const { journal } = this.#parts;
    const onRetried = ({ attempt, reason, waitMs }: AgentRetry) =>
      journal.note({ type: "step_retried", step, attempt, reason, waitMs });
    const onStarted = (started: AgentCall) => {
      this.#checkStart();
      timing.startedAt ||= performance.now();
      fresh.isWaiting = false;
      this.#underWay.add(step);
      if (work) this.#working.add(step);
      if (work && started.request.isolation) return this.#startIsolated(step, started, work);
      journal.note(startedEvent(step, started));
    };
    return { onStarted, onRetried, ...(work ? { work } : {}) };
  }

  /** A call that cannot be isolated has not started. */
  async #startIsolated(step: string, call: AgentCall, work: StepWork): Promise<void> {
    try {
      await work.isolate();
    } catch (error) {
      this.#parts.census.refund();
      throw error;
    }
    this.#controllers.get(step)?.signal.throwIfAborted();
    this.#parts.journal.note(startedEvent(step, call), ...work.started());
  }

  /** However the call ended: no tool of it goes on, and its worktree is not lost. */
  async #letGo(step: string, work: StepWork): Promise<void> {
    this.#controllers.get(step)?.abort(ENDED);
    const released = await work.release();
    // A run that lost its lease can write no more; the worktree is released all the same.
    if (released.length > 0) await this.#parts.journal.write(...released).catch(() => {});
  }

  #warn(warnings: string[]): void {
    for (const message of warnings.filter((warning) => !this.#warned.has(warning))) {
      this.#warned.add(message);
      this.#parts.journal.note({ type: "log_written", level: "warn", message });
    }
  }

  async #tellSkipped({ step, dialect }: StepCall, why: OdwError): Promise<Json> {
    const isLoser = why === NOT_NEEDED;
    await this.#parts.journal.write({ type: "step_skipped", step, ...(isLoser ? { reason: why.message } : {}) });
    if (isLoser) return await new Promise<never>(() => {});
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
