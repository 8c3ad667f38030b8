// The first call of a fan-out whose prompts share a long beginning goes ahead, so that the others find it in the provider's cache.
import type { AgentCall } from "../agent.ts";

/** Shorter beginnings are below what providers cache (about 1024 tokens). */
const PREFIX_CHARS = 4096;
/** A cache that takes longer to fill is not worth the wait. */
const LONGEST_WAIT_MS = 3000;

export interface WarmupPlace {
  /** Absent for the call that goes ahead and for those that come when the cache is warm. */
  wait?: Promise<void>;
  /** To be called when the call has ended, however. */
  leave(): void;
}

export interface Warmup {
  /** null: the call has no long beginning. */
  enter(call: AgentCall): WarmupPlace | null;
}

export function openWarmup(): Warmup {
  const warming = new Map<string, { users: number; ready: Promise<void>; done: () => void }>();

  function enter(call: AgentCall): WarmupPlace | null {
    const key = prefixOf(call);
    if (!key) return null;
    const known = warming.get(key);
    const entry = known ?? { users: 0, ...readiness() };
    warming.set(key, entry);
    entry.users++;
    const leave = () => {
      entry.done();
      if (--entry.users === 0) warming.delete(key);
    };
    return known ? { wait: known.ready, leave } : { leave };
  }

  return { enter };
}

function readiness(): { ready: Promise<void>; done: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, LONGEST_WAIT_MS);
  return {
    ready: promise,
    done: () => {
      clearTimeout(timer);
      resolve();
    },
  };
}

function prefixOf(call: AgentCall): string | null {
  const { request, route, definition } = call;
  if (route.provider === "sim" || request.prompt.length < PREFIX_CHARS) return null;
  const instructions = [definition?.system, request.system, request.role].join("\n");
  return [route.provider, route.modelId, instructions, request.prompt.slice(0, PREFIX_CHARS)].join("\n");
}
