// The one place where the engine's rooms meet.
import { openAgentRunner } from "./agent/open.ts";
import type { Settings } from "./config.ts";
import { openEngine } from "./engine/open.ts";
import type { Engine } from "./engine.ts";
import { OdwError } from "./errors.ts";
import { openPlanner } from "./planner/open.ts";
import type { Programs } from "./programs.ts";
import { openProvider } from "./provider/open.ts";
import { openQueue } from "./queue/open.ts";
import { openSandbox } from "./sandbox/open.ts";
import type { OpenSandboxWorker } from "./sandbox_worker.ts";
import type { Endpoint } from "./server.ts";
import type { OpenServer } from "./server/open.ts";
import { openStore } from "./store/open.ts";
import { openTools } from "./tool/open.ts";
import { builtInWorkflows } from "./workflows.ts";
import { openWorktrees } from "./worktree/open.ts";

export interface EngineOptions {
  /** A script comes soon, so its sandbox boots meanwhile. */
  willRun?: boolean;
  /** Where sandbox workers are started. Default: in this thread. */
  openSandboxWorker?: OpenSandboxWorker;
  /** Where programs are started: the ring itself can start none. */
  programs: Programs;
}

/** The engine's HTTP server, with MCP behind it: loaded when it is asked to listen. */
export function endpointOf(engine: Engine, settings: Settings): Endpoint {
  let server: OpenServer | null = null;
  return {
    async serve(options) {
      if (server) throw new OdwError("conflict", `this engine listens on ${server.url} already`);
      const [{ openServer }, { mcpOverHttp }] = await Promise.all([
        import("./server/open.ts"),
        import("./mcp/open.ts"),
      ]);
      const mcp = (tracked: Engine) =>
        mcpOverHttp({
          version: options.version,
          engine: () => Promise.resolve(tracked),
          launch: async (ref, { model }) =>
            void await tracked.resume({ ref, onAsk: "wait", ...model ? { model } : {} }),
          reports: async () => (await import("./report/open.ts")).reports,
          saveResult: () => Promise.resolve(null),
          warnings: () => Promise.resolve([]),
          approveInChat: false,
        });
      server = openServer({ engine, limits: settings.limits, grants: settings.grants, options, mcp });
      return { url: server.url };
    },
    signInLink: () => server ? Promise.resolve(server.signInLink()) : Promise.reject(new Error("nothing listens")),
    async stopServing(mode) {
      await server?.stop(mode);
      server = null;
    },
  };
}

/** An engine over the store in `settings.home`. Throws OdwError `store` when that cannot be opened. */
export async function openEngineOf(settings: Settings, options: EngineOptions): Promise<Engine> {
  const sandbox = openSandbox(options.openSandboxWorker);
  if (options.willRun) sandbox.prewarm();
  const provider = openProvider(settings);
  const { programs } = options;
  const tools = openTools({ settings, programs });
  const worktrees = openWorktrees({ settings, programs });
  const runner = openAgentRunner({ provider, settings, tools });
  const queue = openQueue({ runner, warmCache: settings.agent.warmCache });
  const store = await openStore(`${settings.home}/odw.db`);
  const builtIn = builtInWorkflows;
  const planner = openPlanner({ settings, provider, sandbox, runner, tools, programs, builtIn });
  return openEngine({ settings, store, sandbox, provider, runner, queue, tools, worktrees, planner, builtIn });
}
