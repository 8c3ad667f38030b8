// odw check: what is wrong with a script, and what it would do.
import { resolve } from "node:path";
import { OdwError } from "../../errors.ts";
import type { CheckRequest } from "../../engine.ts";
import { plural } from "../amounts.ts";
import { checkPage } from "../check_page.ts";
import type { CommandContext, Invocation } from "../command.ts";
import { EXIT } from "../exit_codes.ts";
import { argsInputOf, limitsOf } from "../run_options.ts";
import { readArgs } from "../script_args.ts";
import { readScript } from "../script_source.ts";
import { connectFor } from "../target.ts";
import { safeJson, safeLine } from "../terminal_text.ts";

export async function execute(invocation: Invocation, context: CommandContext): Promise<number> {
  const { options } = invocation;
  return await checkScript(invocation, context, { words: [], isJson: options.json === true });
}

/** `words`: those after the script's name, as its args. `invocation`: of odw check, or of odw run with the same flags. */
export async function checkScript(
  invocation: Invocation,
  { world, printer }: CommandContext,
  { words, isJson }: { words: string[]; isJson: boolean },
): Promise<number> {
  const { args: [target = ""], options } = invocation;
  const graph = typeof options.graph === "string" ? options.graph : null;
  if (graph !== null && !/\.(svg|html)$/i.test(graph)) {
    throw new OdwError("usage", `--graph must name a .svg or .html file; got ${JSON.stringify(graph)}`);
  }
  const script = await readScript(target, world);
  const args = await readArgs(argsInputOf(options, words), world);
  const { engine, warnings } = await connectFor(invocation, world);
  await using _engine = engine;
  for (const warning of warnings) await printer.warn(warning);
  const request: CheckRequest = { script, limits: limitsOf(options) };
  if (args !== undefined) request.args = args;
  if (typeof options.model === "string") request.model = options.model;
  const check = await engine.check(request);
  const errors = check.problems.filter(({ severity }) => severity === "error").length;
  if (isJson) await printer.out(`${safeJson(check, 2)}\n`);
  else {
    const columns = world.stdout.isTerminal ? world.stdout.columns() : 80;
    await printer.out(`${checkPage(check, { columns, style: printer.outStyle }).join("\n").trimEnd()}\n`);
    if (errors > 0) await printer.note(`${plural(errors, "error")} in ${safeLine(target)}: it would not run as it is`);
  }
  if (graph !== null && check.estimate) {
    const { pictureHtml, pictureSvg } = await import("../run_picture.ts");
    const draw = /\.svg$/i.test(graph) ? pictureSvg : pictureHtml;
    await world.writeFile(resolve(world.cwd, graph), draw(target, check.estimate));
    if (!isJson) await printer.note(`the picture is in ${safeLine(graph)}`);
  }
  return errors > 0 ? EXIT.failed : EXIT.ok;
}
