// odw plan: what would be done for a task, without doing it.
import { join } from "node:path";
import type { CommandContext, Invocation } from "../command.ts";
import { EXIT } from "../exit_codes.ts";
import { hasErrors, planPage } from "../plan_page.ts";
import { planRequest } from "../plan_request.ts";
import { planScript, saveWorkflow } from "../saved_workflow.ts";
import { connectFor } from "../target.ts";
import { safeJson, safeLine } from "../terminal_text.ts";

export async function execute(invocation: Invocation, { world, printer }: CommandContext): Promise<number> {
  const { args, options } = invocation;
  const { engine, settings, warnings } = await connectFor(invocation, world);
  await using _engine = engine;
  for (const warning of warnings) await printer.warn(warning);
  const plan = await engine.plan(planRequest(args.join(" "), invocation, settings));
  const columns = world.stdout.isTerminal ? world.stdout.columns() : 80;
  const text = options.json
    ? safeJson(plan, 2)
    : planPage(plan, { columns, style: printer.outStyle }).join("\n").trimEnd();
  await printer.out(`${text}\n`);
  if (typeof options.save === "string") {
    const folder = join(settings.cwd, ".odw", "workflows");
    const name = options.save;
    const path = await saveWorkflow({ folder, name, text: planScript(plan, name), isForced: false }, world);
    await printer.note(`saved as ${safeLine(path)}; run it with: odw run ${safeLine(name)}`);
  }
  return hasErrors(plan) ? EXIT.failed : EXIT.ok;
}
