// odw import: takes over a run that odw export printed.
import type { CommandContext, Invocation } from "../command.ts";
import { EXIT } from "../exit_codes.ts";
import { readTextInput } from "../script_source.ts";
import { connectFor } from "../target.ts";

export async function execute(invocation: Invocation, { world, printer }: CommandContext): Promise<number> {
  const text = await readTextInput(invocation.args[0] ?? "", world);
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  const { engine, warnings } = await connectFor(invocation, world);
  await using _engine = engine;
  for (const warning of warnings) await printer.warn(warning);
  const id = await engine.importRun(lines);
  await printer.out(`${id}\n`);
  await printer.note(`imported; see odw show ${id}`);
  return EXIT.ok;
}
