// The far end, scripted: a Provider that answers call by call, and keeps what it was asked.
import type {
  AgentCall,
  AgentHandling,
  AgentRequest,
  AgentResult,
  AgentRetry,
  AgentRunner,
  AgentRunOptions,
  AgentWork,
  CallGate,
} from "../../src/agent.ts";
import type { Settings } from "../../src/config.ts";
import { type ErrorCode, OdwError } from "../../src/errors.ts";
import {
  type GenerateOptions,
  type GenerateRequest,
  type GenerateResult,
  noUsage,
  type Provider,
  ProviderError,
  type ProviderFailure,
  type TokenUsage,
} from "../../src/provider.ts";
import type { Dialect } from "../../src/run.ts";
import { openAgentRunner } from "../../src/agent/open.ts";
import type { Tools } from "../../src/tool.ts";
import { NO_GRANTS, NO_TOOLS } from "../no_tools.ts";

export type Reply = GenerateResult | Error | ((options: GenerateOptions) => Promise<GenerateResult>);

/** Gives its replies in order; a call beyond the last one fails the test. */
export class ScriptedProvider implements Provider {
  readonly requests: GenerateRequest[] = [];
  readonly options: GenerateOptions[] = [];
  readonly #replies: Reply[];
  price: number | null = 0.001;
  window: number | undefined;

  constructor(replies: Reply[]) {
    this.#replies = replies;
  }

  route(model?: string) {
    if (model === "unroutable") throw new OdwError("config", "No provider for unroutable");
    return { provider: "far", modelId: model ?? "default-model", lane: "far", concurrency: 4 };
  }

  generate(request: GenerateRequest, options: GenerateOptions): Promise<GenerateResult> {
    this.requests.push(structuredClone(request));
    this.options.push(options);
    const next = this.#replies[this.requests.length - 1];
    if (next === undefined) return Promise.reject(new Error(`unexpected provider call ${this.requests.length}`));
    if (next instanceof Error) return Promise.reject(next);
    return typeof next === "function" ? next(options) : Promise.resolve(next);
  }

  cost(_model: string, usage: TokenUsage): number | null {
    return this.price === null ? null : this.price * usage.outputTokens;
  }

  contextTokens(): number | undefined {
    return this.window;
  }

  models() {
    return Promise.resolve([]);
  }
}

/** An answer of 10 input and 5 output tokens. */
export function says(text: string, changes: Partial<GenerateResult> = {}): GenerateResult {
  const usage = { ...noUsage(), inputTokens: 10, outputTokens: 5 };
  return { text, toolCalls: [], finishReason: "stop", usage, usageReported: true, ...changes };
}

export function fails(code: ErrorCode, failure: Partial<ProviderFailure> = {}): ProviderError {
  return new ProviderError(`the far end said ${code}`, {
    code,
    provider: "far",
    status: 500,
    retryable: true,
    ...failure,
  });
}

/** Never answers; ends as the contract says, with the signal's reason. */
export function hangs({ signal }: GenerateOptions): Promise<GenerateResult> {
  return new Promise((_, reject) => {
    if (signal.aborted) return reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

export interface Bench {
  runner: AgentRunner;
  provider: ScriptedProvider;
  /** Milliseconds that were waited, in order. */
  waits: number[];
  retries: AgentRetry[];
  run: (request?: Partial<AgentRequest>, options?: BenchOptions) => Promise<AgentResult>;
  prepare: (request?: Partial<AgentRequest>, options?: BenchOptions) => Promise<AgentCall>;
}

export interface BenchOptions {
  handling?: AgentHandling;
  dialect?: Dialect;
  model?: string | null;
  signal?: AbortSignal;
  reserve?: AgentRunOptions["reserve"];
  gate?: CallGate;
  work?: AgentWork;
}

export interface BenchSetup {
  agent?: Partial<Settings["agent"]>;
  cwd?: string;
  userHome?: string;
  repositoryRoot?: string;
  /** Replaces the wait that ends at once and moves the clock. */
  sleep?: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Jitter; 0 when absent: the longest wait. */
  random?: () => number;
  tools?: Tools;
}

/** A runner on a scripted provider, with a clock that moves only by waiting. Time limits never run out unless `sleep` says so. */
export function bench(replies: Reply[], setup: BenchSetup = {}): Bench {
  const provider = new ScriptedProvider(replies);
  const waits: number[] = [];
  const retries: AgentRetry[] = [];
  let nowMs = 0;
  const sleep = (ms: number, signal: AbortSignal) => {
    if (setup.sleep) return setup.sleep(ms, signal);
    waits.push(ms);
    nowMs += ms;
    return Promise.resolve();
  };
  const runner = openAgentRunner({
    tools: setup.tools ?? NO_TOOLS,
    provider,
    settings: settings(setup),
    sleep,
    random: setup.random ?? (() => 0),
    now: () => nowMs,
  });
  const prepare = (request: Partial<AgentRequest> = {}, options: BenchOptions = {}) =>
    runner.prepare({ prompt: "Say it", ...request }, options.handling ?? {}, {
      dialect: options.dialect ?? "meta",
      model: options.model ?? null,
    });
  const run = async (request: Partial<AgentRequest> = {}, options: BenchOptions = {}) =>
    await runner.run(await prepare(request, options), {
      signal: options.signal ?? new AbortController().signal,
      onRetried: (retry) => retries.push(retry),
      ...(options.reserve ? { reserve: options.reserve } : {}),
      ...(options.gate ? { gate: options.gate } : {}),
      ...(options.work ? { work: options.work } : {}),
    });
  return { runner, provider, waits, retries, run, prepare };
}

export function settings(setup: BenchSetup = {}): Settings {
  const bytes = 1024 * 1024;
  return {
    home: "/nowhere/.odw",
    cwd: setup.cwd ?? "/nowhere",
    ...NO_GRANTS,
    repositoryRoot: setup.repositoryRoot ?? null,
    userHome: setup.userHome ?? "",
    providers: [],
    models: {},
    routes: [],
    limits: { concurrency: 4, agents: 10, tokens: null, costUsd: null, timeoutMs: null, hard: false },
    prices: {},
    script: {
      clock: "forbidden",
      pipelineNull: "end",
      nesting: 1,
      limits: { memoryBytes: bytes, stackBytes: bytes, sliceMs: 1000 },
    },
    agent: {
      schemaAttempts: 5,
      retries: 2,
      stallAttempts: 2,
      stallMs: 1000,
      maxTokens: 4096,
      warmCache: false,
      ...setup.agent,
    },
    simulated: false,
  };
}
