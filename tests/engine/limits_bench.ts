// The calls of one run over the real queue and agent runner; the provider is made up, and nothing is stored.
import type { CostUsd } from "../../src/agent.ts";
import { openAgentRunner } from "../../src/agent/open.ts";
import { Approvals } from "../../src/engine/approvals.ts";
import { openCensus } from "../../src/engine/census.ts";
import { FallbackQueue } from "../../src/engine/fallback_queue.ts";
import type { Journal } from "../../src/engine/journal.ts";
import { Questions } from "../../src/engine/questions.ts";
import { StepRunner } from "../../src/engine/step_runner.ts";
import type { WorkPlace } from "../../src/engine/step_work.ts";
import { OdwError } from "../../src/errors.ts";
import type { Json } from "../../src/json.ts";
import type { GenerateRequest, GenerateResult, Provider, TokenUsage } from "../../src/provider.ts";
import { openQueue } from "../../src/queue/open.ts";
import type { Dialect, EventBody, RunLimits } from "../../src/run.ts";
import type { Race } from "../../src/sandbox.ts";
import { settings } from "../agent/scripted_provider.ts";
import { NO_TOOLS, NO_WORKTREES } from "../no_tools.ts";

export interface LimitsSetup {
  answer: (request: GenerateRequest) => Promise<GenerateResult>;
  limits?: Partial<RunLimits>;
  dialect?: Dialect;
  /** models.fallback */
  fallback?: string;
  /** Settles when the disk has what was written. Default: at once. */
  onDisk?: (events: EventBody[]) => Promise<void>;
  /** Default: a millionth of a dollar for each token. */
  cost?: (model: string, usage: TokenUsage) => CostUsd;
}

export interface LimitsBench {
  requests: GenerateRequest[];
  events: EventBody[];
  /** Why the run began to pause, with the reset time where one was named. */
  pauses: { error: OdwError; resetAt: string | null }[];
  /** Rejects with code `paused` once the run has paused, unless the call ended before. */
  agent(prompt: string): Promise<Json>;
  /** As `agent`, in a branch of race(). */
  racing(prompt: string, race: Race): Promise<Json>;
  eventsOf<Type extends EventBody["type"]>(type: Type): Extract<EventBody, { type: Type }>[];
}

const LIMITS: RunLimits = { concurrency: 64, agents: 5000, tokens: null, costUsd: null, timeoutMs: null, hard: false };

/** Models are written `provider/model`, and each provider has 16 permits. */
export function limitsBench(setup: LimitsSetup): LimitsBench {
  const requests: GenerateRequest[] = [];
  const events: EventBody[] = [];
  const pauses: LimitsBench["pauses"] = [];
  const stop = new AbortController();
  const journal = journalInto(events, setup.onDisk);
  const runner = openAgentRunner({ provider: providerOf(setup, requests), tools: NO_TOOLS, settings: settings() });
  const limits = { ...LIMITS, ...setup.limits };
  const dialect = setup.dialect ?? "meta";
  const pause = (error: OdwError, resetAt: string | null) => {
    pauses.push({ error, resetAt });
    if (pauses.length === 1) void steps.idle().then(() => stop.abort(new OdwError("paused", "the run is paused")));
  };
  const queue = openQueue({ runner, warmCache: false });
  const steps = new StepRunner({
    runId: "r",
    model: "main/m",
    limits,
    runner,
    queue: setup.fallback === undefined ? queue : new FallbackQueue({
      ...{ queue, runner },
      model: setup.fallback,
      warn: (message) => journal.note({ type: "log_written", level: "warn", message }),
    }),
    journal,
    census: openCensus(limits, dialect, null),
    place: placeOf(journal, stop.signal),
    recorded: new Map(),
    signal: stop.signal,
    onBudgetExceeded: (error, isHard) => isHard ? pause(error, null) : undefined,
    onProviderClosed: pause,
    isPausing: () => pauses.length > 0,
  });
  let count = 0;
  return {
    ...{ requests, events, pauses },
    agent: (prompt) => steps.run({ step: `${prompt}#${count++}`, request: { prompt }, handling: {}, dialect }),
    racing: (prompt, race) =>
      steps.run({ step: `${prompt}#${count++}`, request: { prompt }, handling: {}, dialect, race }),
    eventsOf: <Type extends EventBody["type"]>(type: Type) =>
      events.filter((event): event is Extract<EventBody, { type: Type }> => event.type === type),
  };
}

/** No call of the bench has tools. */
function placeOf(journal: Journal, signal: AbortSignal): WorkPlace {
  const asking = { journal, onAsk: "default" as const, recorded: new Map<string, string>() };
  const questions = new Questions({ ...asking, signal, onDetach: () => {} });
  return { runId: "r", cwd: "/", approvals: new Approvals({ ...asking, questions }), worktrees: NO_WORKTREES };
}

function journalInto(events: EventBody[], onDisk: LimitsSetup["onDisk"] = () => Promise.resolve()): Journal {
  return {
    write(...written) {
      events.push(...written);
      return onDisk(written);
    },
    note: (...written) => void events.push(...written),
    onWritten: () => () => {},
  };
}

function providerOf({ answer, cost }: LimitsSetup, requests: GenerateRequest[]): Provider {
  return {
    route(model = "main/m") {
      const [provider = "", modelId = ""] = model.split("/");
      if (provider === "nowhere") throw new OdwError("config", "no provider nowhere");
      return { provider, modelId, lane: provider, concurrency: 64 };
    },
    generate(request) {
      requests.push(request);
      return answer(request);
    },
    cost: cost ?? ((_, usage) => (usage.inputTokens + usage.outputTokens) / 1e6),
    models: () => Promise.resolve([]),
  };
}
