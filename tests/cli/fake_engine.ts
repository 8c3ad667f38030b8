// An engine in memory: it starts one prepared run, plays its events, and remembers what it was asked.
import type { AgentDefinition } from "../../src/agent.ts";
import type {
  Engine,
  FollowOptions,
  ReplayRequest,
  ResumeRequest,
  StartRequest,
  WorkflowInfo,
} from "../../src/engine.ts";
import { OdwError } from "../../src/errors.ts";
import { noUsage, type ProviderModels } from "../../src/provider.ts";
import type { Event, EventBody, EventText, Run, RunRecord, Step } from "../../src/run.ts";
import type { Json } from "../../src/json.ts";
import type { RunFilter, StoreCheck } from "../../src/store.ts";
import type { Check, Plan } from "../../src/planner.ts";
import type { WorktreeInfo } from "../../src/worktree.ts";

export interface FakeEngine extends Engine {
  started: StartRequest[];
  listed: RunFilter[];
  followed: FollowOptions[];
  cancelled: string[];
  created: StartRequest[];
  resumed: ResumeRequest[];
  replayed: ReplayRequest[];
  /** Pauses, skips, answers and deletions, as they were asked for. */
  asked: string[][];
  imported: string[][];
  isDisposed: boolean;
  /** Adds to the journal, and wakes who follows. */
  append(...bodies: EventBody[]): void;
  /** Ends the run as `record` and `part` say. */
  end(part?: Partial<RunRecord>): void;
}

export interface FakeRun {
  record?: Partial<RunRecord>;
  events?: EventBody[];
  steps?: Step[];
  launchError?: Error;
  /** The outcome comes only after cancel(). */
  runsUntilCancelled?: boolean;
  /** Neither cancel() nor anything else ends the run. */
  neverEnds?: boolean;
  /** follow() settles only when its signal aborts. */
  followsOn?: boolean;
  workflows?: WorkflowInfo[];
  models?: ProviderModels[];
  agents?: AgentDefinition[];
  worktrees?: WorktreeInfo[];
  /** Paths that a merge leaves. */
  unmerged?: string[];
  diff?: string;
  checked?: Check;
  plan?: Plan;
  runs?: Run[];
  /** More runs that `get` finds. */
  others?: RunRecord[];
  /** One after the other: what outcome() gives for each part. Default: `record`. */
  parts?: Partial<RunRecord>[];
  resumeError?: Error;
  replay?: Json | Error;
  respond?: (answer: string) => void;
  deleteError?: Error;
  lines?: string[];
  check?: StoreCheck;
}

export const RUN_ID = "01JD0000000000000000000001";

export function runRecord(part: Partial<RunRecord> = {}): RunRecord {
  return {
    id: RUN_ID,
    name: "review",
    status: "completed",
    startedAt: "2026-11-22T10:00:00.000Z",
    endedAt: "2026-11-22T10:01:04.000Z",
    reason: null,
    agents: 3,
    doneAgents: 3,
    failedAgents: 0,
    usage: { agents: 3, cachedAgents: 0, inputTokens: 12_345, outputTokens: 678, costUsd: 0.12 },
    spec: {
      name: "review",
      dialect: "meta",
      script: "export const meta = {}",
      scriptPath: "/project/review.js",
      args: null,
      hasArgs: false,
      cwd: "/project",
      model: null,
      limits: { concurrency: 16, agents: 1000, tokens: null, costUsd: null, timeoutMs: null, hard: false },
      clock: "forbidden",
    },
    result: "all good",
    error: null,
    failures: [],
    census: { done: 3, failed: 0, skipped: 0, cached: 0, empty: 0 },
    resumesAt: null,
    question: null,
    isOwned: false,
    durationMs: 64_000,
    ...part,
  };
}

export function step(part: Partial<Step> = {}): Step {
  return {
    id: "aaaa1111#0",
    label: "review a.ts",
    phase: "Review",
    line: 4,
    script: null,
    status: "completed",
    request: { prompt: "Review the file a.ts" },
    model: "sim/default",
    value: "looks fine",
    error: null,
    rawText: null,
    attempts: 1,
    usage: { ...noUsage(), inputTokens: 100, outputTokens: 20 },
    costUsd: null,
    toolCalls: [],
    worktree: null,
    startedAt: "2026-11-22T10:00:00.000Z",
    endedAt: "2026-11-22T10:00:01.500Z",
    ...part,
  };
}

export function eventsOf(bodies: EventBody[]): Event[] {
  return bodies.map((body, i) => ({ ...body, seq: i + 1, at: Date.parse("2026-11-22T10:00:00Z") + i * 1000 }));
}

export function createFakeEngine(fake: FakeRun = {}): FakeEngine {
  const parts = (fake.parts ?? [{}]).map((part) => runRecord({ ...fake.record, ...part }));
  let record = parts[0] ?? runRecord();
  const events = eventsOf(fake.events ?? []);
  const ended = Promise.withResolvers<RunRecord>();
  const followers = new Set<() => void>();
  const isOpen = fake.runsUntilCancelled === true || fake.neverEnds === true;
  if (!isOpen) ended.resolve(record);
  const find = (ref: string) => {
    const found = ref === "last" ? record : [record, ...fake.others ?? []].find(({ id }) => id.startsWith(ref));
    return found ? Promise.resolve(found) : Promise.reject(noRun(ref));
  };
  const engine: FakeEngine = {
    started: [],
    listed: [],
    followed: [],
    cancelled: [],
    created: [],
    resumed: [],
    replayed: [],
    asked: [],
    imported: [],
    isDisposed: false,
    append(...bodies) {
      const at = events.at(-1)?.at ?? 0;
      for (const body of bodies) events.push({ ...body, seq: events.length + 1, at });
      followers.forEach((wake) => wake());
    },
    end(part = {}) {
      record = { ...record, ...part };
      ended.resolve(record);
    },
    start(request) {
      if (fake.launchError) return Promise.reject(fake.launchError);
      engine.started.push(request);
      return Promise.resolve({ ...record, status: "running" });
    },
    create(request) {
      if (fake.launchError) return Promise.reject(fake.launchError);
      engine.created.push(request);
      return Promise.resolve({ ...record, status: "queued" });
    },
    resume(request) {
      if (fake.resumeError) return Promise.reject(fake.resumeError);
      engine.resumed.push(request);
      record = parts[Math.min(engine.started.length + engine.resumed.length, parts.length) - 1] ?? record;
      return Promise.resolve({ ...record, status: "running" });
    },
    checkResume: () => fake.resumeError ? Promise.reject(fake.resumeError) : Promise.resolve(),
    replay(request) {
      engine.replayed.push(request);
      return fake.replay instanceof Error ? Promise.reject(fake.replay) : Promise.resolve(fake.replay ?? null);
    },
    cancel(id) {
      engine.cancelled.push(id);
      if (!fake.neverEnds) engine.end({ status: "cancelled", result: null });
      return Promise.resolve();
    },
    pause: (ref) => Promise.resolve(void engine.asked.push(["pause", ref])),
    skip: (ref, step) => Promise.resolve(void engine.asked.push(["skip", ref, step])),
    async respond(ref, answer) {
      engine.asked.push(["respond", ref, answer]);
      await fake.respond?.(answer);
    },
    async outcome(id) {
      const other = fake.others?.find((run) => run.id === id);
      if (other) return other;
      if (isOpen) await ended.promise;
      return record;
    },
    get: find,
    list(filter) {
      engine.listed.push(filter);
      return Promise.resolve(fake.runs ?? []);
    },
    steps: () => Promise.resolve(fake.steps ?? []),
    async step(ref, id) {
      const found = (await engine.steps(ref)).find((step) => step.id.startsWith(id));
      return found ?? Promise.reject(new OdwError("not_found", `run ${ref} has no step ${JSON.stringify(id)}`));
    },
    async follow(ref, options, onEvents, signal) {
      if (ref !== "last" && !record.id.startsWith(ref)) throw noRun(ref);
      engine.followed.push(options);
      let after = options.after;
      const give = () => {
        const wanted = events.filter(({ seq, type }) => seq > after && (options.types?.includes(type) ?? true))
          .slice(0, options.limit);
        after = (options.limit === undefined ? events : wanted).at(-1)?.seq ?? after;
        if (wanted.length > 0) onEvents(wanted);
      };
      give();
      if (options.live === false) return;
      followers.add(give);
      await Promise.race([...(fake.followsOn ? [] : [ended.promise]), aborted(signal)]);
      followers.delete(give);
    },
    followTexts: (ref, options, onTexts, signal) =>
      engine.follow(ref, options, (events) => onTexts(events.map(textOf)), signal),
    exportRun: (ref, onLines) => find(ref).then(() => (fake.lines ?? []).forEach((line) => onLines([line]))),
    importRun(lines) {
      engine.imported.push(lines);
      return Promise.resolve(record.id);
    },
    deleteRun(ref) {
      if (fake.deleteError) return Promise.reject(fake.deleteError);
      return Promise.resolve(void engine.asked.push(["delete", ref]));
    },
    deleteStartedBefore(time, { dryRun }) {
      engine.asked.push(["gc", new Date(time).toISOString(), String(dryRun)]);
      return Promise.resolve((fake.runs ?? []).map(({ id }) => id));
    },
    checkStore: () => fake.check ? Promise.resolve(fake.check) : Promise.reject(new Error("this test has no check")),
    models: () => Promise.resolve(fake.models ?? []),
    workflows: () => Promise.resolve(fake.workflows ?? []),
    agents: () => Promise.resolve(fake.agents ?? []),
    worktrees: () => Promise.resolve(fake.worktrees ?? []),
    worktreeDiff: (ref) => Promise.resolve(void engine.asked.push(["diff", ref])).then(() => fake.diff ?? ""),
    async mergeWorktree(ref, { into }) {
      engine.asked.push(["merge", ref, into ?? ""]);
      return await Promise.resolve({
        branch: ref,
        into: into ?? "main",
        commit: "c0ffee",
        unmerged: fake.unmerged ?? [],
        root: "/trees/1",
      });
    },
    removeWorktree: (ref, { force }) => Promise.resolve(void engine.asked.push(["remove", ref, String(force)])),
    check: () => fake.checked ? Promise.resolve(fake.checked) : Promise.reject(new Error("this test has no check")),
    workflow: () => Promise.reject(new OdwError("not_found", "unknown workflow")),
    plan: () => fake.plan ? Promise.resolve(fake.plan) : Promise.reject(new Error("this test has no plan")),
    [Symbol.asyncDispose]() {
      engine.isDisposed = true;
      return Promise.resolve();
    },
  };
  return engine;
}

function textOf(event: Event): EventText {
  return { seq: event.seq, type: event.type, text: JSON.stringify(event) };
}

function noRun(ref: string): OdwError {
  return new OdwError("not_found", `there is no run ${JSON.stringify(ref)}`);
}

function aborted(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) resolve();
    signal?.addEventListener("abort", () => resolve(), { once: true });
  });
}
