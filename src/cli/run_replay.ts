// `odw run --replay`: a script, answered by a recorded run's journal alone.
import { errorInfo, OdwError } from "../errors.ts";
import type { Json } from "../json.ts";
import type { CommandContext, Invocation } from "./command.ts";
import { errorText } from "./error_text.ts";
import { EXIT } from "./exit_codes.ts";
import { listenForInterrupts } from "./interrupts.ts";
import { openResultOutput, type OutputFormat, replayedOutcome } from "./result_output.ts";
import { readScript } from "./script_source.ts";
import { settingsOptions } from "./target.ts";
import type { World } from "./world.ts";

/** Exits with 1 where the script leaves the journal. */
export async function replayRun(invocation: Invocation, { world, printer }: CommandContext): Promise<number> {
  const { options, args } = invocation;
  refuseWords(invocation);
  const output = openResultOutput((options.output ?? "text") as OutputFormat, printer, () => world.now());
  const startedAt = world.now();
  try {
    const result = await replay(invocation, world);
    await output.end(replayedOutcome(result, world.now() - startedAt));
    if (!options.quiet) {
      await printer.note(`replayed run ${String(options.replay)}: ${args[0] ?? "its own script"} holds`);
    }
    return EXIT.ok;
  } catch (error) {
    const info = errorInfo(error);
    await output.fail(info, null);
    if (info.code !== "conflict") throw error;
    await printer.error(errorText(info));
    return EXIT.failed;
  }
}

async function replay(invocation: Invocation, world: World): Promise<Json> {
  const { options, args: [target] } = invocation;
  using interrupts = listenForInterrupts(world);
  const source = target === undefined ? null : await readScript(target, world);
  if (source && "name" in source) {
    throw new OdwError("usage", `--replay takes a script's file, as review.js; got ${JSON.stringify(source.name)}`);
  }
  interrupts.first.then(() => world.exit(EXIT.cancelled));
  // Without network, whatever the script does.
  const { engine } = await world.connect({ providers: false }, await settingsOptions(invocation, world));
  await using _engine = engine;
  return await engine.replay({ ref: String(options.replay), ...(source ? { script: source } : {}) });
}

/** The journal gives args, limits and answers. */
function refuseWords({ args }: Invocation): void {
  if (args.length < 2) return;
  throw new OdwError("usage", "--replay takes all from the recorded run; leave out the words after the script");
}
