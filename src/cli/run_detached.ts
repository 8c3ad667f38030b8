// `odw run --detach`: the run is made here and goes on in a process of its own.
import { resolve } from "node:path";
import type { StartRequest } from "../engine.ts";
import { errorInfo, OdwError } from "../errors.ts";
import type { Run } from "../run.ts";
import type { CommandContext, Invocation } from "./command.ts";
import { EXIT } from "./exit_codes.ts";
import { grantWords } from "./grant_flags.ts";
import { printNotices } from "./notices.ts";
import { onAskOf } from "./run_options.ts";
import { startWorkflow } from "./script_start.ts";
import { connectFor } from "./target.ts";
import { safeJson } from "./terminal_text.ts";
import type { World } from "./world.ts";

/** Prints the run's id as soon as it is recorded. */
export async function detachRun(
  invocation: Invocation,
  { world, printer }: CommandContext,
  request: StartRequest,
): Promise<number> {
  const { options } = invocation;
  if (options.output === "stream-json") {
    throw new OdwError("usage", "--detach prints the run's id, not its events; follow them with odw logs -f --json");
  }
  const connection = await connectFor(invocation, world);
  await using engine = connection.engine;
  await printNotices(connection, printer);
  const run = await startWorkflow(request, { engine, world, start: (wanted) => engine.create(wanted) });
  const policy = ["--on-ask", onAskOf(options, world)];
  const wait = options.wait ? ["--wait"] : [];
  spawn(["resume", run.id, "--quiet", ...policy, ...grantWords(options), ...fileWords(options, world), ...wait], run);
  const isJson = options.output === "json";
  await printer.out(isJson ? `${safeJson({ runId: run.id, status: run.status })}\n` : `${run.id}\n`);
  if (!options.quiet) await printer.note(`runs in the background; watch it with: odw watch ${run.id}`);
  return EXIT.ok;

  function spawn(words: string[], { id }: Run): void {
    try {
      world.spawnDetached(words);
    } catch (error) {
      const { code, message } = errorInfo(error);
      throw new OdwError(code ?? "denied", `${message}; the run is kept, start it with: odw resume ${id}`, {
        cause: error,
      });
    }
  }
}

/** The process in the background writes them when the run ends. */
function fileWords(options: Invocation["options"], { cwd }: World): string[] {
  return ["junit", "sarif"].flatMap((name) => {
    const file = options[name];
    return typeof file === "string" ? [`--${name}`, resolve(cwd, file)] : [];
  });
}
