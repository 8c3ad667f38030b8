// odw workflows: what odw run can start by name, and one of them shown, saved or begun.
import type { CommandContext, Invocation } from "../command.ts";
import { EXIT } from "../exit_codes.ts";
import { tableLines, tableWidth } from "../table.ts";
import { connectFor } from "../target.ts";
import { safeJson, safeLine } from "../terminal_text.ts";

export async function execute(invocation: Invocation, { world, printer }: CommandContext): Promise<number> {
  const { engine, settings, warnings } = await connectFor(invocation, world);
  await using _engine = engine;
  for (const warning of warnings) await printer.warn(warning);
  if (invocation.args.length > 0) {
    const { workflowAction } = await import("../workflow_files.ts");
    return await workflowAction(invocation, { engine, settings, world, printer });
  }
  const workflows = await engine.workflows();
  if (invocation.options.json) {
    await printer.out(`${safeJson(workflows, 2)}\n`);
  } else if (workflows.length === 0) {
    await printer.note("no workflow is saved; put a script into .odw/workflows");
  } else {
    const lines = tableLines(
      [
        { title: "WORKFLOW", cells: workflows.map(({ name }) => safeLine(name)) },
        { title: "DESCRIPTION", cells: workflows.map(({ description }) => safeLine(description)), isFlexible: true },
        { title: "SOURCE", cells: workflows.map(({ source }) => safeLine(source)), isFlexible: true },
      ],
      tableWidth(world.stdout),
      printer.outStyle,
    );
    await printer.out(`${lines.join("\n")}\n`);
  }
  return EXIT.ok;
}
