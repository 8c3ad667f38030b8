// The members of Settings that files may set, merged over their defaults.
import type { ConfigFile, Settings } from "../config.ts";
import type { RunLimits } from "../run.ts";

type FileLimits = NonNullable<ConfigFile["limits"]>;

const MIB = 1024 * 1024;

export const DEFAULT_LIMITS: RunLimits = {
  concurrency: 16,
  agents: 1000,
  tokens: null,
  costUsd: null,
  timeoutMs: null,
  hard: false,
};

/** The project's limits may tighten what the user's own file caps, never widen it. `projects`: nearest first. */
export function mergeLimits(user: ConfigFile, projects: ConfigFile[]): RunLimits {
  const own = user.limits ?? {};
  const project: FileLimits = Object.assign({}, ...projects.map((file) => file.limits ?? {}).reverse());
  return {
    concurrency: tightest(own.concurrency, project.concurrency) ?? DEFAULT_LIMITS.concurrency,
    agents: tightest(own.agents, project.agents) ?? DEFAULT_LIMITS.agents,
    tokens: tightest(own.outputTokens, project.outputTokens),
    costUsd: tightest(own.costUsd, project.costUsd),
    timeoutMs: tightest(own.timeoutMs, project.timeoutMs),
    hard: own.hard === true || project.hard === true,
  };
}

/** Nearest file first, the user's last. */
export function mergeScript(user: ConfigFile, projects: ConfigFile[]): Settings["script"] {
  const merged: NonNullable<ConfigFile["script"]> = Object.assign({}, ...layers("script", user, projects));
  return {
    clock: merged.clock ?? "forbidden",
    pipelineNull: merged.pipelineNull ?? "end",
    nesting: merged.nesting ?? 1,
    limits: {
      memoryBytes: (merged.memoryMiB ?? 256) * MIB,
      stackBytes: (merged.stackKiB ?? 256) * 1024,
      sliceMs: merged.sliceMs ?? 30_000,
    },
  };
}

export function mergeAgent(user: ConfigFile, projects: ConfigFile[]): Settings["agent"] {
  const defaults: Settings["agent"] = {
    schemaAttempts: 5,
    retries: 5,
    stallAttempts: 3,
    stallMs: 180_000,
    maxTokens: 16_384,
    warmCache: true,
  };
  return Object.assign(defaults, ...layers("agent", user, projects));
}

export function mergeModels(user: ConfigFile, projects: ConfigFile[]): Record<string, string> {
  return Object.assign({}, ...layers("models", user, projects));
}

/** The weakest first. */
function layers(member: "script" | "agent" | "models", user: ConfigFile, projects: ConfigFile[]): object[] {
  return [user, ...projects.toReversed()].map((file) => file[member] ?? {});
}

/** `own` undefined: the user has not capped it. */
function tightest(own: number | null | undefined, project: number | null | undefined): number | null {
  if (own === undefined || own === null) return project ?? null;
  return project === undefined || project === null ? own : Math.min(own, project);
}
