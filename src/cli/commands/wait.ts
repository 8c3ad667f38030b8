// odw wait: waits until runs of any process stop, and exits as they did.
import type { Engine } from "../../engine.ts";
import type { CommandContext, Invocation } from "../command.ts";
import { EXIT, exitCodeOfRun, worstOf } from "../exit_codes.ts";
import { listenForInterrupts } from "../interrupts.ts";
import type { Printer } from "../printer.ts";
import { printSummary } from "../run_summary.ts";
import { connectFor } from "../target.ts";

export async function execute(invocation: Invocation, { world, printer }: CommandContext): Promise<number> {
  using interrupts = listenForInterrupts(world);
  const { engine, warnings } = await connectFor(invocation, world);
  await using _engine = engine;
  for (const warning of warnings) await printer.warn(warning);
  const ids = new Set<string>();
  for (const ref of invocation.args) ids.add((await engine.get(ref)).id);
  const waiting = Promise.all([...ids].map((id) => outcomeOf(id, { engine, printer, options: invocation.options })));
  const codes = await Promise.race([waiting, interrupts.first]);
  if (codes !== "interrupted") return worstOf(codes);
  await printer.note("stopped waiting; the runs go on");
  return EXIT.cancelled;
}

async function outcomeOf(
  id: string,
  { engine, printer, options }: { engine: Engine; printer: Printer; options: Invocation["options"] },
): Promise<number> {
  const run = await engine.outcome(id);
  await printSummary(run, printer, { quiet: options.quiet === true, withFailures: true });
  return exitCodeOfRun(run, options.strict === true);
}
