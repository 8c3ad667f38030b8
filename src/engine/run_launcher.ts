// Brings runs to life in this process: everything that can be wrong is found first, then one process owns the run until it stops.
import type { OnAsk, ResumeRequest, StartRequest } from "../engine.ts";
import { OdwError } from "../errors.ts";
import type { Provider } from "../provider.ts";
import type { EventBody, Run, RunRecord, SpecChanges } from "../run.ts";
import type { ParsedScript } from "../sandbox.ts";
import type { Recorded } from "../store.ts";
import { interruptedWork } from "./interrupted_work.ts";
import { claim } from "./lease.ts";
import { LiveRun, type LiveRunParts } from "./live_run.ts";
import { checkModels, checkPrices } from "./preflight.ts";
import { changesOf, specOf } from "./run_spec.ts";

type RunParts = "id" | "spec" | "script" | "recorded" | "clockStartMs" | "usageBefore" | "onAsk" | "notices" | "owner";

export interface RunLauncherParts extends Omit<LiveRunParts, RunParts> {
  provider: Provider;
}

interface Launch {
  script: ParsedScript;
  recorded: Recorded;
  onAsk: OnAsk | undefined;
  notices: string[];
}

export class RunLauncher {
  /** Of this process, in leases. */
  readonly owner: string = crypto.randomUUID();
  readonly #parts: RunLauncherParts;
  readonly #live = new Map<string, LiveRun>();
  readonly #endings = new Map<string, Promise<void>>();

  constructor(parts: RunLauncherParts) {
    this.#parts = parts;
  }

  /** undefined: this process does not own the run. */
  live(id: string): LiveRun | undefined {
    return this.#live.get(id);
  }

  /** Settles when the run of this process has stopped; undefined for runs of others. */
  ending(id: string): Promise<void> | undefined {
    return this.#endings.get(id);
  }

  /** See Engine.start. */
  async start(request: StartRequest): Promise<Run> {
    const { id, script } = await this.create(request);
    const record = await this.#own(id);
    const { onAsk } = request;
    this.#launch({ type: "run_started" }, record, { script, onAsk, recorded: nothingRecorded(), notices: [] });
    return record;
  }

  /** Writes the run down, and starts nothing. */
  async create(request: StartRequest): Promise<{ id: string; script: ParsedScript }> {
    const { sandbox, settings, provider, store, findWorkflow } = this.#parts;
    const script = "name" in request.script
      ? await findWorkflow({ name: request.script.name })
      : sandbox.parse(request.script);
    const spec = specOf(request, script, settings);
    checkModels(script, spec.model, provider);
    checkPrices(script, spec, provider);
    return { id: await store.createRun(spec), script };
  }

  /** See Engine.resume. */
  async resume(request: ResumeRequest): Promise<Run> {
    const { store } = this.#parts;
    const { before, changes, script } = await this.#resumable(request);
    const { id } = before;
    if (request.script) changes.dialect = script.dialect;
    const notices = await interruptedWork(store, id);
    const record = await this.#own(id);
    const recorded = await store.recorded(id);
    const isNew = before.status === "queued";
    const opening: EventBody = isNew ? { type: "run_started" } : { type: "run_resumed", changes };
    const { onAsk } = request;
    const spec = { ...record.spec, ...changes };
    this.#launch(opening, { ...record, spec }, { script, onAsk, recorded, notices });
    return await store.getRun(id);
  }

  /** See Engine.checkResume. */
  async checkResume(request: ResumeRequest): Promise<void> {
    const { before: { id, status, isOwned } } = await this.#resumable(request);
    if (isOwned) throw ownedElsewhere(id);
    if (status === "completed") {
      throw new OdwError("conflict", `run ${id} has completed: there is nothing to go on with`);
    }
  }

  /** Throws what is wrong with the script, its models and their prices. */
  async #resumable(request: ResumeRequest): Promise<{ before: RunRecord; changes: SpecChanges; script: ParsedScript }> {
    const { sandbox, provider, store } = this.#parts;
    const before = await store.getRun(await store.findRun(request.ref));
    const changes = changesOf(request, before.spec);
    const { script: text, scriptPath: file, model, limits } = { ...before.spec, ...changes };
    const script = sandbox.parse({ text, file });
    checkModels(script, model, provider);
    checkPrices(script, { model, limits }, provider);
    return { before, changes, script };
  }

  /** Cancels what runs here, and settles when all of it has stopped. */
  async close(): Promise<void> {
    for (const run of this.#live.values()) run.cancel();
    await Promise.allSettled(this.#endings.values());
  }

  async #own(id: string): Promise<RunRecord> {
    if (await claim(this.#parts.store, id, this.owner)) return await this.#parts.store.getRun(id);
    throw ownedElsewhere(id);
  }

  #launch(opening: EventBody, record: RunRecord, { script, recorded, onAsk, notices }: Launch): void {
    const { id, spec, usage } = record;
    const run = new LiveRun({
      ...this.#parts,
      ...{ id, spec, script, recorded, notices },
      owner: this.owner,
      clockStartMs: Date.parse(record.startedAt),
      usageBefore: opening.type === "run_resumed" ? usage : null,
      onAsk: onAsk ?? "default",
    });
    this.#live.set(id, run);
    const ending = run.run(opening).finally(() => this.#live.delete(id));
    ending.catch(() => {});
    this.#endings.set(id, ending);
  }
}

function ownedElsewhere(id: string): OdwError {
  return new OdwError(
    "conflict",
    `run ${id} is still running in another process: follow it with odw watch ${id}, or stop it with odw cancel ${id}`,
  );
}

function nothingRecorded(): Recorded {
  return {
    steps: new Map(),
    answers: new Map(),
    toolOutcomes: new Map(),
    plans: new Map(),
    order: [],
    knownCostUsd: 0,
  };
}
