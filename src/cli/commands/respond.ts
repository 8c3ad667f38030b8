// odw respond: answers the question of a waiting run, wherever it runs.
import type { CommandContext, Invocation } from "../command.ts";
import { EXIT } from "../exit_codes.ts";
import { nextStep } from "../next_step.ts";
import { connectFor } from "../target.ts";

export async function execute(invocation: Invocation, { world, printer }: CommandContext): Promise<number> {
  const { args: [ref = "", ...words] } = invocation;
  const { engine, warnings } = await connectFor(invocation, world);
  await using _engine = engine;
  for (const warning of warnings) await printer.warn(warning);
  const { id } = await engine.get(ref);
  await engine.respond(id, words.join(" "));
  const run = await engine.get(id);
  // The answer of a run that nobody works on lies ready for its resume.
  const hint = run.status === "paused" || run.status === "interrupted" ? nextStep(run) : null;
  await printer.note(`answered run ${id}${hint ? `; ${hint}` : ""}`);
  return EXIT.ok;
}
