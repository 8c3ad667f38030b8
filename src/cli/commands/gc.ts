// odw gc: deletes runs that are old and that nothing works on.
import { OdwError } from "../../errors.ts";
import { plural } from "../amounts.ts";
import type { CommandContext, Invocation } from "../command.ts";
import { EXIT } from "../exit_codes.ts";
import { connectFor } from "../target.ts";

export async function execute(invocation: Invocation, { world, printer }: CommandContext): Promise<number> {
  const { older, dryRun } = invocation.options;
  if (typeof older !== "number") throw new OdwError("usage", "odw gc needs --older <age>, as --older 30d");
  const { engine, warnings } = await connectFor(invocation, world);
  await using _engine = engine;
  for (const warning of warnings) await printer.warn(warning);
  const ids = await engine.deleteStartedBefore(world.now() - older, { dryRun: dryRun === true });
  await printer.out(ids.map((id) => `${id}\n`).join(""));
  await printer.note(`${plural(ids.length, "run")} ${dryRun ? "would be deleted" : "deleted"}`);
  return EXIT.ok;
}
