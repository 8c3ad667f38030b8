// A queue that goes on with the model that the user allowed (models.fallback) for calls whose own provider is closed.
import type { AgentCall, AgentResult, AgentRunner } from "../agent.ts";
import { addUsage, type Route } from "../provider.ts";
import type { Queue, SubmitOptions, Task } from "../queue.ts";

export interface FallbackParts {
  queue: Queue;
  runner: AgentRunner;
  model: string;
  /** Told once that calls go on there, or that they cannot. */
  warn: (message: string) => void;
}

/**
 * A call that comes back `closed` is submitted once more, to the fallback's own lane: where that is closed too, the result stays so. Both
 * tries count as one, with the usage of both.
 */
export class FallbackQueue implements Queue {
  readonly #parts: FallbackParts;
  #route: Promise<Route | null> | undefined;

  constructor(parts: FallbackParts) {
    this.#parts = parts;
  }

  async submit(task: Task, options: SubmitOptions): Promise<AgentResult> {
    const result = await this.#parts.queue.submit(task, options);
    if (result.status === "completed" || !result.closed) return result;
    const route = await (this.#route ??= this.#findRoute(result.error.message));
    if (!route || isSameModel(route, task.call)) return result;
    const call = { ...task.call, route };
    try {
      return joined(result, await this.#parts.queue.submit({ ...task, call }, options));
    } catch (error) {
      if (options.signal.aborted) throw error;
      // The second start was refused: what the first try used must still be told.
      return result;
    }
  }

  async #findRoute(reason: string): Promise<Route | null> {
    const { runner, warn, model } = this.#parts;
    try {
      const { route } = await runner.prepare({ prompt: "", model }, {}, { dialect: "meta", model: null });
      warn(`Going on with models.fallback (${route.provider}/${route.modelId}): ${reason}`);
      return route;
    } catch (error) {
      warn(`models.fallback cannot be used: ${error instanceof Error ? error.message : String(error)}`);
      return null;
    }
  }
}

function isSameModel(route: Route, { route: own }: AgentCall): boolean {
  return route.provider === own.provider && route.modelId === own.modelId;
}

function joined(first: AgentResult, second: AgentResult): AgentResult {
  const costUsd = first.costUsd === null || second.costUsd === null ? null : first.costUsd + second.costUsd;
  const both = {
    ...second,
    attempts: first.attempts + second.attempts,
    usage: addUsage(first.usage, second.usage),
    costUsd,
  };
  if (both.status === "completed" || !both.closed || first.status === "completed") return both;
  return { ...both, closed: { resetAt: earliest(first.closed?.resetAt ?? null, both.closed.resetAt) } };
}

/** The run can go on as soon as one of the two can. */
function earliest(a: string | null, b: string | null): string | null {
  if (a === null || b === null) return a ?? b;
  return Date.parse(a) <= Date.parse(b) ? a : b;
}
