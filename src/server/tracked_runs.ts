// The runs that were started or resumed through the server: they end or pause with it.
import type { Engine } from "../engine.ts";
import { hasEnded } from "../run.ts";
import type { StopMode } from "../server.ts";

export interface TrackedRuns {
  /** The engine, which remembers what it started. */
  engine: Engine;
  /** Settles when all that was started has ended, or is paused. */
  stop(mode: StopMode): Promise<void>;
}

export function trackRuns(engine: Engine): TrackedRuns {
  const ids = new Set<string>();
  const started = new Set<PropertyKey>(["start", "resume"]);
  const tracked = new Proxy(engine, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== "function") return member;
      const call = member.bind(target) as (...args: unknown[]) => Promise<{ id: string }>;
      if (!started.has(name)) return call;
      return async (...args: unknown[]) => {
        const run = await call(...args);
        ids.add(run.id);
        return run;
      };
    },
  });

  async function stopRun(id: string, mode: StopMode): Promise<void> {
    const { status } = await engine.get(id);
    if (hasEnded(status) || status === "paused") return;
    // A run that waits for a person would wait for ever.
    if (mode === "leave" || status === "waiting") await engine.pause(id);
    await engine.outcome(id);
  }

  return {
    engine: tracked,
    async stop(mode) {
      await Promise.allSettled([...ids].map((id) => stopRun(id, mode)));
    },
  };
}
