// The one place where the engine's rooms meet.
import { openAgentRunner } from "./agent/open.ts";
import type { Settings } from "./config.ts";
import { openEngine } from "./engine/open.ts";
import type { Engine } from "./engine.ts";
import { openProvider } from "./provider/open.ts";
import { openQueue } from "./queue/open.ts";
import { openSandbox } from "./sandbox/open.ts";
import { openStore } from "./store/open.ts";
import { builtInWorkflows } from "./workflows.ts";

/** An engine over the store in `settings.home`. `willRun`: a script comes soon, so its sandbox boots meanwhile. Throws OdwError `store` when that cannot be opened. */
export async function openEngineOf(settings: Settings, options: { willRun?: boolean } = {}): Promise<Engine> {
  const sandbox = openSandbox();
  if (options.willRun) sandbox.prewarm();
  const provider = openProvider(settings);
  const runner = openAgentRunner({ provider, settings });
  const queue = openQueue({ runner, warmCache: settings.agent.warmCache });
  const store = await openStore(`${settings.home}/odw.db`);
  return openEngine({ settings, store, sandbox, provider, runner, queue, builtIn: builtInWorkflows });
}
