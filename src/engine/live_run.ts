// One run while this process owns it: script, steps, limits, lease, and the way to its end.
import type { AgentRunner } from "../agent.ts";
import type { Settings } from "../config.ts";
import type { OnAsk } from "../engine.ts";
import { type ErrorInfo, errorInfo, OdwError } from "../errors.ts";
import type { Planner } from "../planner.ts";
import type { Queue } from "../queue.ts";
import type { EventBody, RunSpec, RunUsage } from "../run.ts";
import type { ParsedScript, Sandbox } from "../sandbox.ts";
import type { Recorded, Store } from "../store.ts";
import type { Tools } from "../tool.ts";
import type { Worktrees } from "../worktree.ts";
import { Approvals } from "./approvals.ts";
import { budgetLeft } from "./budget_left.ts";
import { type Census, type Earlier, openCensus } from "./census.ts";
import { obeyCommands } from "./command_loop.ts";
import { FallbackQueue } from "./fallback_queue.ts";
import { type Journal, openJournal } from "./journal.ts";
import { holdLease } from "./lease.ts";
import { Questions } from "./questions.ts";
import { Replans } from "./replans.ts";
import { openRetelling } from "./retelling.ts";
import { Telling } from "./telling.ts";
import { runScript, type ScriptRunnerParts } from "./script_runner.ts";
import { ScriptTools } from "./script_tools.ts";
import { StepRunner, type StepRunnerParts } from "./step_runner.ts";
import type { WorkflowRef } from "./workflow_lookup.ts";

/** A program that does not die, or a repository that does not answer, holds up the end of a run no longer. */
const LET_GO_MS = 10_000;
const RUN_ENDED = new OdwError("aborted", "the run has ended");

export interface LiveRunParts {
  id: string;
  spec: RunSpec;
  script: ParsedScript;
  settings: Settings;
  sandbox: Sandbox;
  queue: Queue;
  runner: AgentRunner;
  store: Store;
  tools: Tools;
  worktrees: Worktrees;
  planner: Planner;
  owner: string;
  /** See ScriptRunnerParts. */
  clockStartMs: number;
  recorded: Recorded;
  /** null: this is the run's first part. */
  usageBefore: RunUsage | null;
  onAsk: OnAsk;
  /** Written behind the event that opens this part of the run. */
  notices: string[];
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
  readonly #telling = new Telling();
  readonly #census: Census;
  readonly #steps: StepRunner;
  readonly #questions: Questions;
  readonly #tools: ScriptTools;
  readonly #stopped = Promise.withResolvers<void>();
  #stop: Stop | null = null;
  #hasStopped = false;

  constructor(parts: LiveRunParts) {
    this.#parts = parts;
    this.id = parts.id;
    const { signal } = this.#controller;
    this.journal = openJournal(parts.store, parts.id, parts.owner, {
      onFailure: (error) => this.#controller.abort(error),
      onRecorded: (events) => this.#telling.recorded(events),
    });
    this.#census = openCensus(parts.spec.limits, parts.spec.dialect, earlierOf(parts));
    this.#questions = new Questions({
      journal: this.journal,
      onAsk: parts.onAsk,
      recorded: parts.recorded.answers,
      signal,
      onDetach: (question) => void this.#stopAt({ reason: question.text, isRecorded: true }),
    });
    const { cwd } = parts.settings;
    const approvals = new Approvals({ ...this.#asking(), recorded: parts.recorded.answers });
    const isPausing = () => this.#stop !== null;
    this.#tools = new ScriptTools({
      ...{ tools: parts.tools, journal: this.journal, approvals, cwd, signal, isPausing },
      recorded: parts.recorded.toolOutcomes,
    });
    this.#steps = this.#openSteps({ approvals, cwd, worktrees: parts.worktrees }, isPausing);
  }

  #asking() {
    return { questions: this.#questions, journal: this.journal, onAsk: this.#parts.onAsk };
  }

  #openSteps(place: StepRunnerParts["place"], isPausing: () => boolean): StepRunner {
    const { id: runId, spec, runner, queue, settings, recorded } = this.#parts;
    const fallback = settings.models["fallback"];
    const warn = (message: string) => this.journal.note(warning(message));
    return new StepRunner({
      ...{ runId, runner, place, isPausing },
      model: spec.model,
      limits: spec.limits,
      queue: fallback === undefined ? queue : new FallbackQueue({ queue, runner, model: fallback, warn }),
      journal: this.journal,
      census: this.#census,
      recorded: recorded.steps,
      signal: this.#controller.signal,
      onBudgetExceeded: (error, isHard) => this.#budgetExceeded(error, isHard),
      onProviderClosed: (error, resetAt) => void this.pause(`${error.code}: ${error.message}`, resetAt ?? undefined),
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
      await this.journal.write(opening, ...this.#parts.notices.map(warning), ...this.#whatIsLeft());
      const result = await runScript(this.#parts.script, this.#scriptParts());
      await this.#letGo();
      await this.#end((common) => ({ type: "run_completed", result, ...common }), startedAt);
    } catch (error) {
      const isCancelled = this.#isCancelled(error);
      await this.#letGo();
      await this.#endAfter(error, { startedAt, isCancelled });
    } finally {
      clearTimeout(timeout);
      this.#controller.abort(RUN_ENDED);
    }
  }

  #whatIsLeft(): EventBody[] {
    const earlier = earlierOf(this.#parts);
    const { limits, dialect } = this.#parts.spec;
    const message = earlier && budgetLeft(limits, dialect, earlier);
    return message === null ? [] : [{ type: "log_written", level: "info", message }];
  }

  /** Before the run's last event: what the script did not wait for is ended, and what agents do and hold is written down. */
  async #letGo(): Promise<void> {
    this.#controller.abort(RUN_ENDED);
    const { promise, resolve } = Promise.withResolvers<void>();
    const patience = setTimeout(resolve, LET_GO_MS);
    await Promise.race([this.#steps.settled(), promise]);
    clearTimeout(patience);
  }

  #scriptParts(): ScriptRunnerParts {
    const { id: runId, spec, clockStartMs, settings, sandbox, planner, recorded, findWorkflow } = this.#parts;
    const { signal } = this.#controller;
    const { journal } = this;
    return {
      ...{ runId, spec, clockStartMs, settings, sandbox, findWorkflow, journal, signal },
      steps: this.#steps,
      human: this.#questions,
      tools: this.#tools,
      telling: this.#telling,
      retelling: openRetelling(recorded),
      plans: new Replans({ planner, sandbox, journal, recorded: recorded.plans, signal }),
      census: this.#census,
    };
  }

  async #stopAt(stop: Stop): Promise<void> {
    if (this.#stop !== null) return;
    this.#stop = stop;
    const message = `no further agent starts (${stop.reason}); those that run may finish`;
    this.journal.note({ type: "log_written", level: "info", message });
    await Promise.all([this.#steps.idle(), this.#tools.idle()]);
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

  /** To be asked before anything else ends the signal. */
  #isCancelled(error: unknown): boolean {
    return error instanceof OdwError && error.code === "aborted" && this.#controller.signal.aborted;
  }

  async #endAfter(error: unknown, ended: { startedAt: number; isCancelled: boolean }): Promise<void> {
    const isStopped = error instanceof OdwError && error.code === "paused";
    if (isStopped && this.#stop !== null) return await this.#endPaused(this.#stop);
    await this.#end(
      (common) =>
        ended.isCancelled
          ? { type: "run_cancelled", ...common }
          : { type: "run_failed", error: failureOf(error), ...common },
      ended.startedAt,
    );
  }

  async #endPaused({ reason, resumesAt, isRecorded }: Stop): Promise<void> {
    if (isRecorded && this.#questions.isOpen) return;
    const why = isRecorded ? "the question is answered" : reason;
    await this.journal.write({
      type: "run_paused",
      reason: why,
      ...(resumesAt === undefined ? {} : { resumesAt }),
    });
  }
}

function earlierOf({ usageBefore, recorded }: LiveRunParts): Earlier | null {
  return usageBefore && { usage: usageBefore, calls: recorded.steps.size, knownCostUsd: recorded.knownCostUsd };
}

function warning(message: string): EventBody {
  return { type: "log_written", level: "warn", message };
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
