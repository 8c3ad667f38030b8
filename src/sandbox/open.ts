// The sandbox: scripts are checked here and run in a QuickJS realm inside a worker without permissions.
import type { Json } from "../json.ts";
import type { ExecuteOptions, Host, ParsedScript, Sandbox, ScriptSource } from "../sandbox.ts";
import { openOwnWorker, type OpenSandboxWorker } from "../sandbox_worker.ts";
import { runInWorker } from "./execution.ts";
import { prepare, type Prepared } from "./parse.ts";
import { SpareWorker } from "./spare_worker.ts";

/** Opens a sandbox. It holds at most one idle worker, from `prewarm` to the next `execute` or for some seconds. */
export function openSandbox(openWorker: OpenSandboxWorker = openOwnWorker): Sandbox {
  const spare = new SpareWorker(openWorker);
  const prepared = new WeakMap<ParsedScript, Prepared>();

  function parse(source: ScriptSource): ParsedScript {
    const ready = prepare(source);
    prepared.set(ready.script, ready);
    return ready.script;
  }

  async function execute(script: ParsedScript, host: Host, options: ExecuteOptions): Promise<Json> {
    options.signal.throwIfAborted();
    const ready = prepared.get(script) ?? prepare(script);
    return await runInWorker(spare.take(), ready, { host, options });
  }

  return { prewarm: () => spare.warm(), parse, execute, [Symbol.dispose]: () => spare.drop() };
}
