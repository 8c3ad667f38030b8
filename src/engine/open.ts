// The engine: every run of this process, and the store for those of others.
import type { AgentDefinition, AgentRunner } from "../agent.ts";
import type { Settings } from "../config.ts";
import type {
  CheckRequest,
  Engine,
  FollowOptions,
  OnAsk,
  ReplayRequest,
  ResumeRequest,
  StartRequest,
  WorkflowInfo,
} from "../engine.ts";
import { OdwError } from "../errors.ts";
import type { Json } from "../json.ts";
import type { Check, Plan, Planner, PlanRequest } from "../planner.ts";
import type { Provider, ProviderModels } from "../provider.ts";
import type { Queue } from "../queue.ts";
import type { Event, EventBody, Run, RunRecord, RunSpec, SpecChanges, Step } from "../run.ts";
import type { ParsedScript, Sandbox } from "../sandbox.ts";
import type { Recorded, RunFilter, Store, StoreCheck } from "../store.ts";
import type { Tools } from "../tool.ts";
import type { WorktreeInfo, Worktrees } from "../worktree.ts";
import { followRun } from "./follow.ts";
import { claim } from "./lease.ts";
import { LiveRun } from "./live_run.ts";
import { changedLimits, checkModels, checkPrices, resolveLimits } from "./preflight.ts";
import { replay } from "./replay.ts";
import { cancelElsewhere, findRunningSteps, respondElsewhere, tellOwner } from "./steering.ts";
import { findWorkflow, listWorkflows, type LookupPlaces, type WorkflowRef } from "./workflow_lookup.ts";

const MODELS_TIMEOUT_MS = 10_000;
const PLAN_TIMEOUT_MS = 30 * 60_000;
/** Lines that go over the worker border at once. */
const EXPORT_BATCH = 500;

export interface EngineParts {
  settings: Settings;
  store: Store;
  sandbox: Sandbox;
  provider: Provider;
  runner: AgentRunner;
  queue: Queue;
  tools: Tools;
  worktrees: Worktrees;
  planner: Planner;
  /** The library that comes with odw. */
  builtIn: LookupPlaces["builtIn"];
}

export function openEngine(parts: EngineParts): Engine {
  return new LocalEngine(parts);
}

class LocalEngine implements Engine {
  readonly #parts: EngineParts;
  readonly #store: Store;
  readonly #places: LookupPlaces;
  readonly #owner = crypto.randomUUID();
  readonly #live = new Map<string, LiveRun>();
  readonly #endings = new Map<string, Promise<void>>();

  constructor(parts: EngineParts) {
    this.#parts = parts;
    this.#store = parts.store;
    this.#places = { ...parts.settings, builtIn: parts.builtIn };
  }

  async start(request: StartRequest): Promise<Run> {
    const { id, script } = await this.#create(request);
    const record = await this.#own(id);
    this.#launch({ type: "run_started" }, record, { script, onAsk: request.onAsk, recorded: nothingRecorded() });
    return record;
  }

  async create(request: StartRequest): Promise<Run> {
    const { id } = await this.#create(request);
    return await this.#store.getRun(id);
  }

  async resume(request: ResumeRequest): Promise<Run> {
    const id = await this.#store.findRun(request.ref);
    const before = await this.#store.getRun(id);
    const changes = changesOf(request, before.spec);
    const { script: text, scriptPath: file, model, limits } = { ...before.spec, ...changes };
    const script = this.#parts.sandbox.parse({ text, file });
    checkModels(script, model, this.#parts.provider);
    checkPrices(script, { model, limits }, this.#parts.provider);
    if (request.script) changes.dialect = script.dialect;
    const record = await this.#own(id);
    const recorded = await this.#store.recorded(id);
    const isNew = before.status === "queued";
    const opening: EventBody = isNew ? { type: "run_started" } : { type: "run_resumed", changes };
    this.#launch(opening, { ...record, spec: { ...record.spec, ...changes } }, {
      script,
      onAsk: request.onAsk,
      recorded,
    });
    return await this.#store.getRun(id);
  }

  async replay(request: ReplayRequest): Promise<Json> {
    const id = await this.#store.findRun(request.ref);
    const record = await this.#store.getRun(id);
    const { script: text, scriptPath: file } = record.spec;
    const script = this.#parts.sandbox.parse(request.script ?? { text, file });
    const [steps, { answers }] = await Promise.all([this.#store.steps(id), this.#store.recorded(id)]);
    const findWorkflow = (ref: WorkflowRef) => this.#findWorkflow(ref);
    return await replay({ ...this.#parts, record, steps, answers, script, findWorkflow });
  }

  async pause(ref: string): Promise<void> {
    const { id, live } = await this.#find(ref);
    if (live) void live.pause("asked for");
    else await tellOwner(this.#store, await this.#store.getRun(id), { type: "pause" });
  }

  async cancel(ref: string): Promise<void> {
    const { id, live } = await this.#find(ref);
    if (live) live.cancel();
    else await cancelElsewhere(this.#store, await this.#store.getRun(id), this.#owner);
  }

  async skip(ref: string, step: string): Promise<void> {
    const { id, live } = await this.#find(ref);
    const record = await this.#store.getRun(id);
    for (const found of await findRunningSteps(this.#store, id, step)) {
      if (live) live.skip(found);
      else await tellOwner(this.#store, record, { type: "skip", step: found });
    }
  }

  async respond(ref: string, answer: string): Promise<void> {
    const { id, live } = await this.#find(ref);
    if (live) await live.respond(answer);
    else await respondElsewhere(this.#store, await this.#store.getRun(id), answer, this.#owner);
  }

  async outcome(ref: string): Promise<RunRecord> {
    const id = await this.#store.findRun(ref);
    const ending = this.#endings.get(id);
    if (ending) await ending;
    else await followRun(this.#store, id, undefined, { after: Number.MAX_SAFE_INTEGER }, () => {});
    return await this.#store.getRun(id);
  }

  async get(ref: string): Promise<RunRecord> {
    return await this.#store.getRun(await this.#store.findRun(ref));
  }

  list(filter: RunFilter): Promise<Run[]> {
    return this.#store.listRuns(filter);
  }

  async steps(ref: string): Promise<Step[]> {
    return await this.#store.steps(await this.#store.findRun(ref));
  }

  async follow(
    ref: string,
    options: FollowOptions,
    onEvents: (events: Event[]) => void,
    signal?: AbortSignal,
  ): Promise<void> {
    const { id, live } = await this.#find(ref);
    await followRun(this.#store, id, live, options, onEvents, signal);
  }

  async exportRun(ref: string, onLines: (lines: string[]) => void): Promise<void> {
    let batch: string[] = [];
    for await (const line of this.#store.exportRun(await this.#store.findRun(ref))) {
      if (batch.push(line) < EXPORT_BATCH) continue;
      onLines(batch);
      batch = [];
    }
    if (batch.length > 0) onLines(batch);
  }

  importRun(lines: string[]): Promise<string> {
    return this.#store.importRun(each(lines));
  }

  async deleteRun(ref: string): Promise<void> {
    await this.#store.deleteRun(await this.#store.findRun(ref));
  }

  deleteStartedBefore(time: number, options: { dryRun: boolean }): Promise<string[]> {
    return this.#store.deleteStartedBefore(time, options);
  }

  checkStore(): Promise<StoreCheck> {
    return this.#store.check();
  }

  models(): Promise<ProviderModels[]> {
    return this.#parts.provider.models(AbortSignal.timeout(MODELS_TIMEOUT_MS));
  }

  workflows(): Promise<WorkflowInfo[]> {
    return listWorkflows(this.#places, this.#parts.sandbox);
  }

  agents(): Promise<AgentDefinition[]> {
    return this.#parts.runner.definitions();
  }

  worktrees(): Promise<WorktreeInfo[]> {
    return this.#parts.worktrees.list();
  }

  worktreeDiff(ref: string): Promise<string> {
    return this.#parts.worktrees.diff(ref);
  }

  mergeWorktree(ref: string, options: { into?: string }): Promise<{ branch: string; into: string; commit: string }> {
    return this.#parts.worktrees.merge(ref, options);
  }

  removeWorktree(ref: string, options: { force: boolean }): Promise<void> {
    return this.#parts.worktrees.remove(ref, options);
  }

  async check({ script, args, model, limits }: CheckRequest): Promise<Check> {
    const source = "name" in script ? await this.#findWorkflow({ name: script.name }) : script;
    return await this.#parts.planner.check(source, { args, model, limits });
  }

  plan(request: PlanRequest): Promise<Plan> {
    return this.#parts.planner.plan(request, AbortSignal.timeout(PLAN_TIMEOUT_MS));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const run of this.#live.values()) run.cancel();
    await Promise.allSettled(this.#endings.values());
    this.#parts.sandbox[Symbol.dispose]();
    await this.#store[Symbol.asyncDispose]();
  }

  async #find(ref: string): Promise<{ id: string; live: LiveRun | undefined }> {
    const id = await this.#store.findRun(ref);
    return { id, live: this.#live.get(id) };
  }

  #findWorkflow(ref: WorkflowRef): Promise<ParsedScript> {
    return findWorkflow(ref, this.#places, this.#parts.sandbox);
  }

  /** Everything that can be wrong is found before the run is written down. */
  async #create(request: StartRequest): Promise<{ id: string; script: ParsedScript }> {
    const script = "name" in request.script
      ? await this.#findWorkflow({ name: request.script.name })
      : this.#parts.sandbox.parse(request.script);
    const spec = specOf(request, script, this.#parts.settings);
    checkModels(script, spec.model, this.#parts.provider);
    checkPrices(script, spec, this.#parts.provider);
    return { id: await this.#store.createRun(spec), script };
  }

  async #own(id: string): Promise<RunRecord> {
    if (await claim(this.#store, id, this.#owner)) return await this.#store.getRun(id);
    throw new OdwError(
      "conflict",
      `run ${id} is still running in another process: follow it with odw watch ${id}, or stop it with odw cancel ${id}`,
    );
  }

  #launch(opening: EventBody, record: RunRecord, given: Launch): void {
    const { id, spec, usage } = record;
    const run = new LiveRun({
      ...this.#parts,
      ...{ id, spec, script: given.script, recorded: given.recorded },
      owner: this.#owner,
      clockStartMs: Date.parse(record.startedAt),
      usageBefore: opening.type === "run_resumed" ? usage : null,
      onAsk: given.onAsk ?? "default",
      findWorkflow: (ref) => this.#findWorkflow(ref),
    });
    this.#live.set(id, run);
    const ending = run.run(opening).finally(() => this.#live.delete(id));
    ending.catch(() => {});
    this.#endings.set(id, ending);
  }
}

interface Launch {
  script: ParsedScript;
  recorded: Recorded;
  onAsk: OnAsk | undefined;
}

function nothingRecorded(): Recorded {
  return { steps: new Map(), answers: new Map(), toolOutcomes: new Map() };
}

async function* each(lines: string[]): AsyncGenerator<string> {
  yield* lines;
}

/** What a resume changes: only what was given anew. */
function changesOf({ args, script, model, limits }: ResumeRequest, spec: RunSpec): SpecChanges {
  return {
    ...(args === undefined ? {} : { args, hasArgs: true }),
    ...(script ? { script: script.text, scriptPath: script.file } : {}),
    ...(model === undefined ? {} : { model }),
    ...(limits && Object.keys(limits).length > 0 ? { limits: changedLimits(spec.limits, limits) } : {}),
  };
}

function specOf(request: StartRequest, script: ParsedScript, settings: Settings): RunSpec {
  const stem = script.file.replace(/^(.*[/\\]|built-in:)/, "").replace(/\.(js|mjs)$/, "");
  return {
    name: script.meta?.name ?? stem,
    dialect: script.dialect,
    script: script.text,
    scriptPath: script.file,
    args: request.args ?? null,
    hasArgs: request.args !== undefined,
    cwd: settings.cwd,
    // Written down as it is now, so that a resume does not change models with the configuration.
    model: request.model ?? settings.models["default"] ?? null,
    limits: resolveLimits(script, request.limits ?? {}, settings.limits),
    clock: request.clock ?? settings.script.clock,
  };
}
