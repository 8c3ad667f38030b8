// odw watch: the progress of a run in any process, until it stops or Ctrl-C leaves it alone.
import { hasEnded } from "../../run.ts";
import type { CommandContext, Invocation } from "../command.ts";
import { EXIT } from "../exit_codes.ts";
import { listenForInterrupts } from "../interrupts.ts";
import { openProgressView } from "../progress_view.ts";
import { followEvents } from "../run_following.ts";
import { Questions } from "../run_questions.ts";
import { printSummary } from "../run_summary.ts";
import { connectFor } from "../target.ts";

export async function execute(invocation: Invocation, { world, printer }: CommandContext): Promise<number> {
  using interrupts = listenForInterrupts(world);
  const { engine, warnings } = await connectFor(invocation, world);
  await using _engine = engine;
  for (const warning of warnings) await printer.warn(warning);
  const run = await engine.get(invocation.args[0] ?? "");
  const stop = new AbortController();
  interrupts.first.then(() => stop.abort());
  interrupts.second.then(() => world.exit(EXIT.cancelled));
  const isLive = !hasEnded(run.status);
  const view = await openProgressView({ run, quiet: false, isStreaming: false, sinceStart: isLive, withAgents: true }, {
    world,
    printer,
  });
  await using questions = new Questions({ engine, runId: run.id, world, printer });
  questions.attach(view);
  await followEvents(engine, { runId: run.id, after: 0, view, output: {}, questions, printer }, stop.signal);
  await view?.close();
  if (stop.signal.aborted) await printer.note(`left run ${run.id} alone; odw watch ${run.id} shows it again`);
  else await printSummary(await engine.get(run.id), printer, { quiet: false, withFailures: view?.types === undefined });
  return EXIT.ok;
}
