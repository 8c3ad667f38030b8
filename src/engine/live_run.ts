// One run while this process owns it: script, steps, limits, lease, and the way to its end.
import type { AgentRunner } from "../agent.ts";
import type { Settings } from "../config.ts";
import type { OnAsk } from "../engine.ts";
import { type ErrorInfo, errorInfo, OdwError } from "../errors.ts";
import type { Queue } from "../queue.ts";
import type { EventBody, RunSpec, RunUsage } from "../run.ts";
import type { ParsedScript, Sandbox } from "../sandbox.ts";
import type { Recorded, Store } from "../store.ts";
import { type Census, openCensus } from "./census.ts";
import { obeyCommands } from "./command_loop.ts";
import { FallbackQueue } from "./fallback_queue.ts";
import { type Journal, openJournal } from "./journal.ts";
import { holdLease } from "./lease.ts";
import { Questions } from "./questions.ts";
import { runScript } from "./script_runner.ts";
import { StepRunner } from "./step_runner.ts";
import type { WorkflowRef } from "./workflow_lookup.ts";

export interface LiveRunParts {
  id: string;
  spec: RunSpec;
  script: ParsedScript;
  settings: Settings;
  sandbox: Sandbox;
  queue: Queue;
  runner: AgentRunner;
  store: Store;
  owner: string;
  /** See ScriptRunnerParts. */
  clockStartMs: number;
  recorded: Recorded;
  /** null: this is the run's first part. */
  usageBefore: RunUsage | null;
  onAsk: OnAsk;
  findWorkflow: (ref: WorkflowRef) => Promise<ParsedScript>;
}

/** Why a run stops without having ended. */
interface Stop {
  reason: string;
  resumesAt?: string;
  /** The event that says so stands in the journal already. */
  isRecorded: boolean;
}

export class LiveRun {
  readonly id: string;
  readonly journal: Journal;
  readonly #parts: LiveRunParts;
  readonly #controller = new AbortController();
  readonly #census: Census;
  readonly #steps: StepRunner;
  readonly #questions: Questions;
  readonly #stopped = Promise.withResolvers<void>();
  #stop: Stop | null = null;
  #hasStopped = false;

  constructor(parts: LiveRunParts) {
    this.#parts = parts;
    this.id = parts.id;
    const { signal } = this.#controller;
    this.journal = openJournal(parts.store, parts.id, parts.owner, (error) => this.#controller.abort(error));
    this.#census = openCensus(parts.spec.limits, parts.spec.dialect, parts.usageBefore);
    this.#steps = new StepRunner({
      runId: parts.id,
      model: parts.spec.model,
      limits: parts.spec.limits,
      runner: parts.runner,
      queue: new FallbackQueue({
        queue: parts.queue,
        runner: parts.runner,
        model: parts.settings.models["fallback"] ?? null,
        warn: (message) => this.journal.note({ type: "log_written", level: "warn", message }),
      }),
      journal: this.journal,
      census: this.#census,
      recorded: parts.recorded.steps,
      signal,
      onBudgetExceeded: (error, isHard) => this.#budgetExceeded(error, isHard),
      onProviderClosed: (error, resetAt) => void this.pause(`${error.code}: ${error.message}`, resetAt ?? undefined),
      isPausing: () => this.#stop !== null,
    });
    this.#questions = new Questions({
      journal: this.journal,
      onAsk: parts.onAsk,
      recorded: parts.recorded.answers,
      signal,
      onDetach: (question) => void this.#stopAt({ reason: question.text, isRecorded: true }),
    });
  }

  /** True when the run's last event of this process is committed. */
  get hasStopped(): boolean {
    return this.#hasStopped;
  }

  /** Settles, and never rejects, when `hasStopped` becomes true. */
  get stopped(): Promise<void> {
    return this.#stopped.promise;
  }

  /** Runs to an end that stands in the journal. Rejects only when the journal cannot be written. */
  async run(opening: EventBody): Promise<void> {
    try {
      await this.#runOwned(opening);
    } finally {
      this.#hasStopped = true;
      this.#stopped.resolve();
    }
  }

  cancel(): void {
    this.#controller.abort(new OdwError("aborted", "the run was cancelled"));
  }

  /** No further call starts; when those under way have ended, the script is stopped where it is. */
  pause(reason: string, resumesAt?: string): Promise<void> {
    return this.#stopAt({ reason, isRecorded: false, ...(resumesAt === undefined ? {} : { resumesAt }) });
  }

  /** `step`: an id, a prefix of one, or a label. Those calls return null (dialect A) or reject (dialect B). False: there is none. */
  skip(step: string): boolean {
    return this.#steps.skip(step);
  }

  /** See Questions.respond. */
  respond(answer: string): Promise<void> {
    return this.#questions.respond(answer);
  }

  async #runOwned(opening: EventBody): Promise<void> {
    const startedAt = performance.now();
    const { store, owner } = this.#parts;
    const timeout = this.#startTimeout();
    await using _lease = holdLease(store, this.id, owner, (error) => this.#controller.abort(error));
    using _commands = obeyCommands(store, this);
    try {
      await this.journal.write(opening);
      const result = await runScript(this.#parts.script, this.#scriptParts());
      await this.#end((common) => ({ type: "run_completed", result, ...common }), startedAt);
    } catch (error) {
      await this.#endAfter(error, startedAt);
    } finally {
      clearTimeout(timeout);
      this.#controller.abort(new OdwError("aborted", "the run has ended"));
    }
  }

  #scriptParts() {
    const { id: runId, spec, clockStartMs, settings, sandbox, findWorkflow } = this.#parts;
    return {
      ...{ runId, spec, clockStartMs, settings, sandbox, findWorkflow },
      steps: this.#steps,
      human: this.#questions,
      journal: this.journal,
      census: this.#census,
      signal: this.#controller.signal,
    };
  }

  async #stopAt(stop: Stop): Promise<void> {
    if (this.#stop !== null) return;
    this.#stop = stop;
    const message = `no further agent starts (${stop.reason}); those that run may finish`;
    this.journal.note({ type: "log_written", level: "info", message });
    await this.#steps.idle();
    this.#controller.abort(new OdwError("paused", stop.reason));
  }

  /** A hard limit and dialect B pause the run; in dialect A the script gets the error. */
  #budgetExceeded(error: OdwError, isHard: boolean): void {
    if (isHard || this.#parts.spec.dialect === "execute") void this.pause(`budget_exceeded: ${error.message}`);
  }

  #startTimeout(): ReturnType<typeof setTimeout> | undefined {
    const { timeoutMs } = this.#parts.spec.limits;
    if (timeoutMs === null) return undefined;
    const error = new OdwError("timeout", `the run did not end within ${timeoutMs / 1000} s: raise it with --timeout`);
    return setTimeout(() => this.#controller.abort(error), timeoutMs);
  }

  async #end(event: (common: Totals) => EventBody, startedAt: number): Promise<void> {
    const durationMs = Math.round(performance.now() - startedAt);
    await this.journal.write(event({ usage: this.#census.usage(), durationMs }));
  }

  async #endAfter(error: unknown, startedAt: number): Promise<void> {
    const code = error instanceof OdwError ? error.code : undefined;
    if (code === "paused" && this.#stop !== null) return await this.#endPaused(this.#stop);
    const isCancelled = code === "aborted" && this.#controller.signal.aborted;
    await this.#end(
      (common) =>
        isCancelled ? { type: "run_cancelled", ...common } : { type: "run_failed", error: failureOf(error), ...common },
      startedAt,
    );
  }

  async #endPaused({ reason, resumesAt, isRecorded }: Stop): Promise<void> {
    if (isRecorded) return;
    await this.journal.write({ type: "run_paused", reason, ...(resumesAt === undefined ? {} : { resumesAt }) });
  }
}

interface Totals {
  usage: RunUsage;
  durationMs: number;
}

/** What a script did not catch keeps the code of the host's error behind it. */
function failureOf(error: unknown): ErrorInfo {
  const info = errorInfo(error);
  const cause = error instanceof OdwError ? error.cause : undefined;
  return cause instanceof OdwError ? { ...info, code: cause.code } : info;
}
