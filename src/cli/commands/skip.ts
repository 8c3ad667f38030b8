// odw skip: ends one running agent, whose call then returns null.
import type { CommandContext, Invocation } from "../command.ts";
import { EXIT } from "../exit_codes.ts";
import { connectFor } from "../target.ts";

export async function execute(invocation: Invocation, { world, printer }: CommandContext): Promise<number> {
  const { args: [ref = "", step = ""] } = invocation;
  const { engine, warnings } = await connectFor(invocation, world);
  await using _engine = engine;
  for (const warning of warnings) await printer.warn(warning);
  const { id } = await engine.get(ref);
  await engine.skip(id, step);
  await printer.note(`skipping ${JSON.stringify(step)} of run ${id}: its call returns null`);
  return EXIT.ok;
}
