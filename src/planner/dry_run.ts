// One dry run: the script in the real sandbox, with agents that answer at once in a time of their own.
import type { AgentCall, AgentHandling, AgentRequest, AgentRunner } from "../agent.ts";
import type { Settings } from "../config.ts";
import { OdwError } from "../errors.ts";
import type { Json } from "../json.ts";
import type { Provider } from "../provider.ts";
import type { RunLimits } from "../run.ts";
import type { ExecuteOptions, Host, ParsedScript, Sandbox } from "../sandbox.ts";
import type { Tools } from "../tool.ts";
import type { BranchChoice, DryAnswer } from "./answers.ts";
import { dryTool } from "./dry_tool.ts";
import { type Occupation, VirtualTime } from "./virtual_time.ts";

export interface DryRunParts {
  settings: Settings;
  sandbox: Sandbox;
  runner: AgentRunner;
  provider: Provider;
  tools: Tools;
}

export interface DryRunRequest {
  script: ParsedScript;
  args: Json | undefined;
  model: string | null;
  limits: RunLimits;
  choice: BranchChoice;
  findWorkflow: (ref: { name: string } | { scriptPath: string }) => Promise<ParsedScript>;
  signal: AbortSignal;
}

/** One agent that a dry run called. */
export interface DryCall extends Occupation {
  label: string;
  phase: string | null;
  /** `provider/model`. */
  model: string;
  inputTokens: number;
  outputTokens: number;
}

export interface DryRun {
  choice: string;
  calls: DryCall[];
  wallMs: number;
  /** plan() and replan() calls: what they would add is not known. */
  plans: number;
  /** Why models that were named cannot be called. */
  unreachable: string[];
  outcome: { status: "completed" } | { status: "failed"; error: unknown } | { status: "capped" };
}

/** Start of the clock of scripts that may have one. */
const CLOCK_START_MS = Date.UTC(2026, 0, 1);
/** A script that computes longer than this is no script that only directs agents. */
const SLICE_MS = 2000;
const FIRST_BYTE_MS = 900;
const TOKEN_MS = 15;
const SIMULATED_MS = 40;
/** Near ends fall together, so that a dry run takes fewer steps. */
const TICK_MS = 100;

/** Rejects only with the signal's reason. */
export async function dryRun(request: DryRunRequest, parts: DryRunParts): Promise<DryRun> {
  const run = new Rehearsal(request, parts);
  const outcome = await run.outcome();
  // A call that was refused before it started has no model.
  const calls = outcome.status === "capped" ? run.calls : run.calls.filter(({ model }) => model !== "");
  return {
    choice: request.choice.name,
    calls,
    wallMs: run.time.nowMs,
    plans: run.plans,
    unreachable: [...run.unreachable],
    outcome,
  };
}

class Rehearsal {
  readonly calls: DryCall[] = [];
  readonly time: VirtualTime;
  plans = 0;
  readonly unreachable = new Set<string>();
  readonly #request: DryRunRequest;
  readonly #parts: DryRunParts;
  readonly #capped = new AbortController();
  readonly #signal: AbortSignal;
  #started = 0;
  #realms = 0;
  #spentTokens = 0;
  #spentCostUsd = 0;

  constructor(request: DryRunRequest, parts: DryRunParts) {
    this.#request = request;
    this.#parts = parts;
    this.#signal = AbortSignal.any([request.signal, this.#capped.signal]);
    this.time = new VirtualTime(request.limits.concurrency);
  }

  async outcome(): Promise<DryRun["outcome"]> {
    const { script, args, signal } = this.#request;
    try {
      await this.#execute(script, args, 0);
      return { status: "completed" };
    } catch (error) {
      signal.throwIfAborted();
      return this.#capped.signal.aborted ? { status: "capped" } : { status: "failed", error };
    }
  }

  #execute(script: ParsedScript, args: Json | undefined, depth: number): Promise<Json> {
    const realm = this.#realms++;
    this.time.started(realm);
    return this.#parts.sandbox.execute(script, this.#host(script, realm, depth), this.#options(script, args))
      .finally(() => this.time.settled(realm));
  }

  #options(script: ParsedScript, args: Json | undefined): ExecuteOptions {
    const { settings } = this.#parts;
    const { limits } = this.#request;
    const isSeeded = script.dialect === "execute" || settings.script.clock === "seeded";
    return {
      ...(args === undefined ? {} : { args }),
      limits: { ...settings.script.limits, sliceMs: Math.min(SLICE_MS, settings.script.limits.sliceMs) },
      clock: isSeeded ? { mode: "seeded", startMs: CLOCK_START_MS, seed: 1 } : { mode: "forbidden" },
      pipelineNull: settings.script.pipelineNull,
      budget: { totalTokens: limits.tokens, totalCostUsd: limits.costUsd },
      signal: this.#signal,
    };
  }

  #host(script: ParsedScript, realm: number, depth: number): Host {
    const { time } = this;
    return {
      agent: (request, handling, race) =>
        this.#agent({ request, handling, cancelled: race?.cancelled }, { script, realm }),
      workflow: (ref, args) => time.hold(realm, () => this.#child(ref, args, { realm, depth })),
      tool: (name, input) => time.hold(realm, () => dryTool(name, input, { ...this.#parts, signal: this.#signal })),
      replan: () => this.#replan(realm),
      ask: ({ choices, default: given }) => time.hold(realm, () => Promise.resolve(given ?? choices?.[0] ?? "yes")),
      checkpoint: () => {},
      phase: () => {},
      log: () => {},
      failure: () => {},
      budget: () => ({ spentTokens: this.#spentTokens, spentCostUsd: this.#spentCostUsd }),
      settled: () => time.settled(realm),
    };
  }

  async #agent(
    { request, handling, cancelled }: {
      request: AgentRequest;
      handling: AgentHandling;
      cancelled: AbortSignal | undefined;
    },
    { script, realm }: { script: ParsedScript; realm: number },
  ): Promise<Json> {
    const { choice, limits } = this.#request;
    const { dialect } = script;
    if (this.#started >= limits.agents) this.#capped.abort(new OdwError("agent_cap", "agent() call cap reached"));
    this.#signal.throwIfAborted();
    this.#refuseOverBudget();
    this.#started++;
    const occupation = this.time.enter();
    const made: DryCall = { ...occupation, ...namesOf(request, handling), model: "", inputTokens: 0, outputTokens: 0 };
    this.calls.push(made);
    const { answer, call } = await this.time.prepare(async () => {
      const call = await this.#prepare(request, handling, dialect);
      return { call, answer: await choice.answer(call) };
    });
    const target = `${call.route.provider}/${call.route.modelId}`;
    Object.assign(made, { model: target, ...tokensOf(answer) });
    const durationMs = durationOf(call.route.provider, answer);
    await this.time.occupy(occupation, { realm, durationMs, ...(cancelled ? { cancelled } : {}) });
    this.#spend(dialect, target, answer);
    if (answer.value !== undefined) return answer.value;
    if (dialect === "execute") throw new OdwError("service_unavailable", "this agent fails in the dry run");
    return null;
  }

  /** A model that leads nowhere is a problem of the settings, not of the script: the rest of it is looked at all the same. */
  async #prepare(request: AgentRequest, handling: AgentHandling, dialect: ParsedScript["dialect"]): Promise<AgentCall> {
    const { model } = this.#request;
    const { runner } = this.#parts;
    try {
      return await runner.prepare(request, handling, { dialect, model });
    } catch (error) {
      if (!(error instanceof OdwError) || error.code !== "config" && error.code !== "authentication") throw error;
      // Where no model is named anywhere, the simulated one is what a run would take as well.
      if (request.model !== undefined || model !== null) this.unreachable.add(error.message);
      const { model: _named, ...rest } = request;
      return await runner.prepare({ ...rest, model: "sim:fast" }, handling, { dialect, model });
    }
  }

  async #child(
    ref: { name: string } | { scriptPath: string },
    args: Json | undefined,
    place: { realm: number; depth: number },
  ): Promise<Json> {
    const { nesting } = this.#parts.settings.script;
    if (place.depth >= nesting) {
      throw new OdwError(
        "usage",
        `workflow() cannot be called from within a child workflow: script.nesting is ${nesting}`,
      );
    }
    const script = await this.#request.findWorkflow(ref);
    // The child's agents need the time to go on: what holds it is only the look-up.
    return await this.time.release(() => this.#execute(script, args, place.depth + 1));
  }

  #replan(realm: number): Promise<Json> {
    this.plans++;
    return this.time.hold(realm, () => Promise.resolve(null));
  }

  #refuseOverBudget(): void {
    const { tokens, costUsd } = this.#request.limits;
    if (tokens !== null && this.#spentTokens >= tokens || costUsd !== null && this.#spentCostUsd >= costUsd) {
      throw new OdwError("budget_exceeded", "Workflow token budget exceeded in the dry run", {
        name: "WorkflowBudgetExceededError",
      });
    }
  }

  #spend(dialect: ParsedScript["dialect"], model: string, { usage }: DryAnswer): void {
    this.#spentTokens += usage.outputTokens + (dialect === "execute" ? usage.inputTokens : 0);
    this.#spentCostUsd += this.#parts.provider.cost(model, usage) ?? 0;
  }
}

function namesOf(
  { prompt, role }: AgentRequest,
  { label, phase }: AgentHandling,
): { label: string; phase: string | null } {
  const short = prompt.replace(/\s+/g, " ").slice(0, 40);
  return { label: label ?? role ?? short, phase: phase ?? null };
}

function tokensOf({ usage }: DryAnswer): { inputTokens: number; outputTokens: number } {
  return { inputTokens: usage.inputTokens, outputTokens: usage.outputTokens };
}

function durationOf(provider: string, { usage }: DryAnswer): number {
  if (provider === "sim") return SIMULATED_MS;
  return Math.ceil((FIRST_BYTE_MS + usage.outputTokens * TOKEN_MS) / TICK_MS) * TICK_MS;
}
