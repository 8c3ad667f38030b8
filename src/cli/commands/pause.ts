// odw pause: running agents finish, no other starts.
import type { CommandContext, Invocation } from "../command.ts";
import { EXIT } from "../exit_codes.ts";
import { connectFor } from "../target.ts";

export async function execute(invocation: Invocation, { world, printer }: CommandContext): Promise<number> {
  const { engine, warnings } = await connectFor(invocation, world);
  await using _engine = engine;
  for (const warning of warnings) await printer.warn(warning);
  const { id } = await engine.get(invocation.args[0] ?? "");
  await engine.pause(id);
  await printer.note(`pausing run ${id}: running agents finish first; go on with: odw resume ${id}`);
  return EXIT.ok;
}
