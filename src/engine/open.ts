// The engine: every run of this process, and the store for those of others.
import type { AgentDefinition, AgentRunner } from "../agent.ts";
import type { Settings } from "../config.ts";
import type {
  CheckRequest,
  Engine,
  FollowOptions,
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
import type { Event, EventText, Run, RunRecord, Step } from "../run.ts";
import type { ParsedScript, Sandbox } from "../sandbox.ts";
import type { RunFilter, Store, StoreCheck } from "../store.ts";
import type { Tools } from "../tool.ts";
import type { MergedWorktree, WorktreeInfo, Worktrees } from "../worktree.ts";
import { type Following, followRun, followRunTexts } from "./follow.ts";
import type { LiveRun } from "./live_run.ts";
import { replay } from "./replay.ts";
import { RunLauncher } from "./run_launcher.ts";
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

interface Found {
  id: string;
  live: LiveRun | undefined;
}

export function openEngine(parts: EngineParts): Engine {
  return new LocalEngine(parts);
}

class LocalEngine implements Engine {
  readonly #parts: EngineParts;
  readonly #store: Store;
  readonly #places: LookupPlaces;
  readonly #runs: RunLauncher;

  constructor(parts: EngineParts) {
    this.#parts = parts;
    this.#store = parts.store;
    this.#places = { ...parts.settings, builtIn: parts.builtIn };
    this.#runs = new RunLauncher({ ...parts, findWorkflow: (ref) => this.#findWorkflow(ref) });
  }

  start(request: StartRequest): Promise<Run> {
    return this.#runs.start(request);
  }

  async create(request: StartRequest): Promise<Run> {
    const { id } = await this.#runs.create(request);
    return await this.#store.getRun(id);
  }

  resume(request: ResumeRequest): Promise<Run> {
    return this.#runs.resume(request);
  }

  checkResume(request: ResumeRequest): Promise<void> {
    return this.#runs.checkResume(request);
  }

  async replay(request: ReplayRequest): Promise<Json> {
    const id = await this.#store.findRun(request.ref);
    const record = await this.#store.getRun(id);
    const { script: text, scriptPath: file } = record.spec;
    const script = this.#parts.sandbox.parse(request.script ?? { text, file });
    const [steps, recorded] = await Promise.all([this.#store.steps(id), this.#store.recorded(id)]);
    const findWorkflow = (ref: WorkflowRef) => this.#findWorkflow(ref);
    return await replay({ ...this.#parts, record, steps, recorded, script, findWorkflow });
  }

  async pause(ref: string): Promise<void> {
    const { id, live } = await this.#find(ref);
    if (live) void live.pause("asked for");
    else await tellOwner(this.#store, await this.#store.getRun(id), { type: "pause" });
  }

  async cancel(ref: string): Promise<void> {
    const { id, live } = await this.#find(ref);
    if (live) live.cancel();
    else await cancelElsewhere(this.#store, await this.#store.getRun(id), this.#runs.owner);
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
    else await respondElsewhere(this.#store, await this.#store.getRun(id), answer, this.#runs.owner);
  }

  async outcome(ref: string): Promise<RunRecord> {
    const id = await this.#store.findRun(ref);
    const ending = this.#runs.ending(id);
    if (ending) await ending;
    else await followRun(this.#following({ id, live: undefined }, { after: Number.MAX_SAFE_INTEGER }), () => {});
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

  async step(ref: string, step: string): Promise<Step> {
    const id = await this.#store.findRun(ref);
    const found = await this.#store.step(id, step);
    if (found) return found;
    throw new OdwError("not_found", `run ${id} has no step ${JSON.stringify(step)}: see odw show ${id}`);
  }

  async follow(
    ref: string,
    options: FollowOptions,
    onEvents: (events: Event[]) => void,
    signal?: AbortSignal,
  ): Promise<void> {
    await followRun(this.#following(await this.#find(ref), options, signal), onEvents);
  }

  async followTexts(
    ref: string,
    options: FollowOptions,
    onTexts: (events: EventText[]) => void,
    signal?: AbortSignal,
  ): Promise<void> {
    await followRunTexts(this.#following(await this.#find(ref), options, signal), onTexts);
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
    await this.#sweepWorktrees();
  }

  async deleteStartedBefore(time: number, options: { dryRun: boolean }): Promise<string[]> {
    const deleted = await this.#store.deleteStartedBefore(time, options);
    if (!options.dryRun) await this.#sweepWorktrees();
    return deleted;
  }

  checkStore(options?: { repair: boolean }): Promise<StoreCheck> {
    return this.#store.check(options);
  }

  models(): Promise<ProviderModels[]> {
    return this.#parts.provider.models(AbortSignal.timeout(MODELS_TIMEOUT_MS));
  }

  workflows(): Promise<WorkflowInfo[]> {
    return listWorkflows(this.#places, this.#parts.sandbox);
  }

  workflow(name: string): Promise<ParsedScript> {
    return this.#findWorkflow({ name });
  }

  agents(): Promise<AgentDefinition[]> {
    return this.#parts.runner.definitions();
  }

  worktrees(): Promise<WorktreeInfo[]> {
    return this.#parts.worktrees.list();
  }

  async worktreeDiff(ref: string): Promise<string> {
    return await this.#parts.worktrees.diff(await this.#worktreeRef(ref));
  }

  async mergeWorktree(ref: string, options: { into?: string }): Promise<MergedWorktree> {
    return await this.#parts.worktrees.merge(await this.#worktreeRef(ref), options);
  }

  async removeWorktree(ref: string, options: { force: boolean }): Promise<void> {
    await this.#parts.worktrees.remove(await this.#worktreeRef(ref), options);
  }

  async check({ script, args, model, limits }: CheckRequest): Promise<Check> {
    const source = "name" in script ? await this.#findWorkflow({ name: script.name }) : script;
    return await this.#parts.planner.check(source, {
      args,
      model,
      limits,
      findWorkflow: (ref) => this.#findWorkflow(ref),
    });
  }

  plan(request: PlanRequest): Promise<Plan> {
    return this.#parts.planner.plan(request, AbortSignal.timeout(PLAN_TIMEOUT_MS));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#runs.close();
    await this.#parts.tools[Symbol.asyncDispose]();
    this.#parts.sandbox[Symbol.dispose]();
    await this.#store[Symbol.asyncDispose]();
  }

  /** `last` is the newest run, as in every other command; its worktrees are named by its id. */
  async #worktreeRef(ref: string): Promise<string> {
    return ref === "last" ? await this.#store.findRun(ref) : ref;
  }

  /** What cannot be swept now stays listed: it is no failure of what was asked for. */
  async #sweepWorktrees(): Promise<void> {
    await this.#parts.worktrees.sweep().catch(() => []);
  }

  #following({ id: runId, live }: Found, options: FollowOptions, signal?: AbortSignal): Following {
    return { store: this.#store, runId, live, options, signal };
  }

  async #find(ref: string): Promise<Found> {
    const id = await this.#store.findRun(ref);
    return { id, live: this.#runs.live(id) };
  }

  #findWorkflow(ref: WorkflowRef): Promise<ParsedScript> {
    return findWorkflow(ref, this.#places, this.#parts.sandbox);
  }
}

async function* each(lines: string[]): AsyncGenerator<string> {
  yield* lines;
}
