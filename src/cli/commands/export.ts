// odw export: a run's journal as lines of JSON, for another machine.
import type { CommandContext, Invocation } from "../command.ts";
import { EXIT } from "../exit_codes.ts";
import { connectFor } from "../target.ts";

export async function execute(invocation: Invocation, { world, printer }: CommandContext): Promise<number> {
  const { engine, warnings } = await connectFor(invocation, world);
  await using _engine = engine;
  for (const warning of warnings) await printer.warn(warning);
  let last = Promise.resolve();
  await engine.exportRun(invocation.args[0] ?? "", (lines) => {
    const text = lines.map((line) => `${line}\n`).join("");
    last = last.then(() => printer.outText(text));
    last.catch(() => {});
  });
  await last;
  return EXIT.ok;
}
