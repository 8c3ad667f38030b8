// odw cancel: stops a run at once, and says when it has stopped.
import type { CommandContext, Invocation } from "../command.ts";
import { EXIT } from "../exit_codes.ts";
import { listenForInterrupts } from "../interrupts.ts";
import { nextStep } from "../next_step.ts";
import { connectFor } from "../target.ts";

export async function execute(invocation: Invocation, { world, printer }: CommandContext): Promise<number> {
  using interrupts = listenForInterrupts(world);
  const { engine, warnings } = await connectFor(invocation, world);
  await using _engine = engine;
  for (const warning of warnings) await printer.warn(warning);
  const { id } = await engine.get(invocation.args[0] ?? "");
  await engine.cancel(id);
  const run = await Promise.race([engine.outcome(id), interrupts.first]);
  if (run === "interrupted") {
    await printer.note(`run ${id} was told to stop`);
    return EXIT.cancelled;
  }
  await printer.note(`run ${id} is ${run.status}; ${nextStep(run) ?? `see odw show ${id}`}`);
  return EXIT.ok;
}
