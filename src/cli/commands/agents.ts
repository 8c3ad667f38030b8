// odw agents: the definitions that a script can name as agentType.
import type { CommandContext, Invocation } from "../command.ts";
import { EXIT } from "../exit_codes.ts";
import type { AgentDefinition } from "../../agent.ts";
import { tableLines, tableWidth } from "../table.ts";
import { connectFor } from "../target.ts";
import { safeJson, safeLine } from "../terminal_text.ts";

export async function execute(invocation: Invocation, { world, printer }: CommandContext): Promise<number> {
  const { engine, warnings } = await connectFor(invocation, world);
  await using _engine = engine;
  for (const warning of warnings) await printer.warn(warning);
  const agents = await engine.agents();
  if (invocation.options.json) {
    await printer.out(`${safeJson(agents, 2)}\n`);
  } else if (agents.length === 0) {
    await printer.note("no agent is defined; put a definition into .odw/agents");
  } else {
    const lines = tableLines(
      [
        { title: "AGENT", cells: agents.map(({ name }) => safeLine(name)) },
        { title: "MODEL", cells: agents.map(({ model }) => safeLine(model ?? "default")) },
        { title: "TOOLS", cells: agents.map(toolsOf), isFlexible: true },
        { title: "DESCRIPTION", cells: agents.map(({ description }) => safeLine(description)), isFlexible: true },
        { title: "SOURCE", cells: agents.map(({ source }) => safeLine(source)), isFlexible: true },
      ],
      tableWidth(world.stdout),
      printer.outStyle,
    );
    await printer.out(`${lines.join("\n")}\n`);
  }
  return EXIT.ok;
}

/** As the definition names them; what a run permits may be less. */
function toolsOf({ tools, disallowedTools = [] }: AgentDefinition): string {
  const named = tools === undefined ? "all" : tools.length === 0 ? "none" : tools.join(", ");
  return safeLine(disallowedTools.length === 0 ? named : `${named} but ${disallowedTools.join(", ")}`);
}
