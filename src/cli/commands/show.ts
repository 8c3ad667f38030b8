// odw show: a run with its steps, or one step in full.
import type { Engine } from "../../engine.ts";
import { OdwError } from "../../errors.ts";
import type { RunRecord, Step } from "../../run.ts";
import { didYouMean } from "../closest.ts";
import type { CommandContext, Invocation } from "../command.ts";
import { EXIT } from "../exit_codes.ts";
import { runPage } from "../run_page.ts";
import { stepPage } from "../step_page.ts";
import { connectFor } from "../target.ts";
import { safeJson } from "../terminal_text.ts";

/** Of pages that go to a pipe. */
const PAGE_COLUMNS = 80;

export async function execute(invocation: Invocation, { world, printer }: CommandContext): Promise<number> {
  const { args: [ref = ""], options } = invocation;
  const { engine, warnings } = await connectFor(invocation, world);
  await using _engine = engine;
  for (const warning of warnings) await printer.warn(warning);
  const run = await withEstimate(await engine.get(ref), options.estimate === true, engine);
  const steps = await engine.steps(run.id);
  const named = typeof options.step === "string" ? options.step : invocation.args[1];
  const chosen = named === undefined ? null : findSteps(steps, named, run.id);
  if (options.json) {
    await printer.out(`${safeJson(chosen ?? { ...run, steps }, 2)}\n`);
    return EXIT.ok;
  }
  const columns = world.stdout.isTerminal ? world.stdout.columns() : PAGE_COLUMNS;
  const page = { columns, style: printer.outStyle };
  const lines = chosen
    ? chosen.flatMap((step) => [...stepPage(step, page), ""])
    : runPage(run, { steps, warnings: await warningsOf(engine, run.id) }, page);
  await printer.out(`${lines.join("\n").trimEnd()}\n`);
  return EXIT.ok;
}

/** The recorded estimate, else one that is made now from the recorded script and args. */
async function withEstimate(run: RunRecord, isWanted: boolean, engine: Engine): Promise<RunRecord> {
  const { script: text, scriptPath: file, args, hasArgs, model, limits, estimate } = run.spec;
  if (!isWanted || estimate) return run;
  const request = { script: { text, file }, limits, ...(hasArgs ? { args } : {}), ...(model ? { model } : {}) };
  const checked = await engine.check(request);
  if (checked.estimate) return { ...run, spec: { ...run.spec, estimate: checked.estimate } };
  throw new OdwError(
    "script_invalid",
    `no estimate can be made: ${checked.problems[0]?.message ?? "the script does not run"}`,
  );
}

/** What the run's log warned of, oldest first. */
async function warningsOf(engine: Engine, runId: string): Promise<string[]> {
  const warnings: string[] = [];
  await engine.follow(runId, { after: 0, live: false, types: ["log_written"] }, (events) => {
    for (const event of events) {
      if (event.type === "log_written" && event.level === "warn") warnings.push(event.message);
    }
  });
  return warnings;
}

/** By id, else by label (all that bear it), else by the beginning of an id. Throws OdwError `not_found` or `usage`. */
export function findSteps(steps: Step[], ref: string, runId: string): Step[] {
  const byId = steps.filter((step) => step.id === ref);
  if (byId.length > 0) return byId;
  const byLabel = steps.filter((step) => step.label === ref);
  if (byLabel.length > 0) return byLabel;
  const byPrefix = ref ? steps.filter((step) => step.id.startsWith(ref)) : [];
  if (byPrefix.length === 1) return byPrefix;
  if (byPrefix.length > 1) {
    const ids = byPrefix.slice(0, 5).map((step) => step.id.slice(0, ref.length + 8)).join(", ");
    throw new OdwError(
      "usage",
      `${JSON.stringify(ref)} begins ${byPrefix.length} step ids (${ids}, …); give more of it`,
    );
  }
  const near = didYouMean(ref, [...new Set(steps.flatMap(({ label }) => label ?? []))]);
  throw new OdwError(
    "not_found",
    `run ${runId} has no step ${JSON.stringify(ref)}${near || `; see odw show ${runId}`}`,
  );
}
