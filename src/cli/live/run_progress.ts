// A run as its events have told it so far: what progress views draw. Each event costs the same, however many came before.
import { addAmounts, addCounts } from "../../lib/counts.ts";
import type { Event, Failure, LogLevel, Run } from "../../run.ts";
import { toolText } from "../tool_text.ts";

export interface AgentCounts {
  running: number;
  waiting: number;
  done: number;
  failed: number;
  skipped: number;
  cached: number;
}

export interface PhaseProgress extends AgentCounts {
  /** null: agents outside of every phase. */
  title: string | null;
}

export interface RunningAgent {
  label: string;
  model: string;
  startedAt: number;
  /** Why its last provider call failed, while it tries again. */
  retry: string | null;
  /** Its newest tool call that has not ended. */
  tool: { call: string; text: string } | null;
  phase: PhaseProgress;
}

const KEPT_FAILURES = 20;

/** What progress views read; `add` folds the next event in. */
export class RunProgress {
  readonly id: string;
  readonly name: string;
  /** In order of their first event. */
  readonly phases: PhaseProgress[] = [];
  /** By step, oldest first. */
  readonly running = new Map<string, RunningAgent>();
  /** Agents over all phases. */
  readonly total: AgentCounts = noAgents();
  inputTokens = 0;
  outputTokens = 0;
  /** null: a price is unknown. */
  costUsd: number | null = 0;
  lastLog: { level: LogLevel; message: string } | null = null;
  failureCount = 0;
  /** The newest ones. */
  readonly lastFailures: Failure[] = [];
  /** A question or a reason while the run stands still. */
  standstill: string | null = null;

  readonly #byTitle = new Map<string | null, PhaseProgress>();
  readonly #waiting = new Map<string, { phase: PhaseProgress; label: string | undefined }>();
  #current: string | null = null;
  #unnamed = 0;

  constructor({ id, name }: Pick<Run, "id" | "name">) {
    this.id = id;
    this.name = name;
  }

  add(event: Event): void {
    switch (event.type) {
      case "phase_started":
        this.#current = event.title;
        return void this.#phase(event.title);
      case "log_written":
        if (event.level !== "debug") this.lastLog = { level: event.level, message: event.message };
        return;
      case "failure_recorded":
        return this.#addFailure(event.failure);
      case "run_paused":
      case "run_waiting":
        this.standstill = event.type === "run_paused" ? event.reason : event.question.text;
        return;
      case "question_answered":
        this.standstill = null;
        return;
      case "run_resumed":
        return this.#beginAgain();
      default:
        this.#addStepEvent(event);
    }
  }

  /** A resumed script starts from its beginning: its steps come again, replayed or anew. What was spent stays spent. */
  #beginAgain(): void {
    this.standstill = null;
    this.phases.length = 0;
    this.running.clear();
    Object.assign(this.total, noAgents());
    this.failureCount = 0;
    this.lastFailures.length = 0;
    this.#byTitle.clear();
    this.#waiting.clear();
    this.#current = null;
  }

  #addStepEvent(event: Event): void {
    switch (event.type) {
      case "step_queued":
        return this.#queue(event);
      case "step_started":
        return this.#start(event);
      case "step_retried": {
        const agent = this.running.get(event.step);
        if (agent) agent.retry = event.reason;
        return;
      }
      case "tool_started": {
        const agent = this.running.get(event.step);
        if (agent) agent.tool = { call: event.call, text: toolText(event.name, event.input) };
        return;
      }
      case "tool_ended": {
        const agent = this.running.get(event.step);
        if (agent?.tool?.call === event.call) agent.tool = null;
        return;
      }
      case "step_replayed":
        return this.#count(this.#phase(event.phase ?? this.#current), "cached", 1);
      case "step_completed":
        this.#end(event.step, "done");
        return this.#spend(event);
      case "step_failed":
        this.#end(event.step, "failed");
        return this.#spend(event);
      case "step_skipped":
        return this.#end(event.step, "skipped");
    }
  }

  #addFailure(failure: Failure): void {
    this.failureCount++;
    this.lastFailures.push(failure);
    if (this.lastFailures.length > KEPT_FAILURES) this.lastFailures.shift();
  }

  #queue({ step, phase: title, label }: Event & { type: "step_queued" }): void {
    const phase = this.#phase(title ?? this.#current);
    this.#waiting.set(step, { phase, label });
    this.#count(phase, "waiting", 1);
  }

  #start({ step, handling, request, model, at }: Event & { type: "step_started" }): void {
    const queued = this.#waiting.get(step);
    if (queued) this.#count(queued.phase, "waiting", -1);
    this.#waiting.delete(step);
    const phase = queued?.phase ?? this.#phase(handling.phase ?? this.#current);
    const label = handling.label ?? queued?.label ?? request.agentType ?? `agent ${++this.#unnamed}`;
    this.running.set(step, { label, model, startedAt: at, retry: null, tool: null, phase });
    this.#count(phase, "running", 1);
  }

  #end(step: string, outcome: "done" | "failed" | "skipped"): void {
    const agent = this.running.get(step);
    const queued = this.#waiting.get(step);
    if (agent) this.#count(agent.phase, "running", -1);
    if (queued) this.#count(queued.phase, "waiting", -1);
    this.running.delete(step);
    this.#waiting.delete(step);
    this.#count(agent?.phase ?? queued?.phase ?? this.#phase(this.#current), outcome, 1);
  }

  #spend({ usage, costUsd }: Event & { type: "step_completed" | "step_failed" }): void {
    this.inputTokens = addCounts(this.inputTokens, usage.inputTokens);
    this.outputTokens = addCounts(this.outputTokens, usage.outputTokens);
    this.costUsd = addAmounts(this.costUsd, costUsd);
  }

  #phase(title: string | null): PhaseProgress {
    const known = this.#byTitle.get(title);
    if (known) return known;
    const phase = { title, ...noAgents() };
    this.#byTitle.set(title, phase);
    this.phases.push(phase);
    return phase;
  }

  #count(phase: PhaseProgress, field: keyof AgentCounts, by: 1 | -1): void {
    phase[field] += by;
    this.total[field] += by;
  }
}

function noAgents(): AgentCounts {
  return { running: 0, waiting: 0, done: 0, failed: 0, skipped: 0, cached: 0 };
}
