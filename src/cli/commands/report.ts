// odw report: one file about a run that opens anywhere.
import { resolve } from "node:path";
import { OdwError } from "../../errors.ts";
import type { ReportFormat } from "../../report.ts";
import type { CommandContext, Invocation } from "../command.ts";
import { EXIT } from "../exit_codes.ts";
import { reportSource } from "../../report_source.ts";
import { connectFor } from "../target.ts";

const FORMATS: Record<string, ReportFormat> = { html: "html", htm: "html", md: "md", markdown: "md", json: "json" };

export async function execute(invocation: Invocation, { world, printer }: CommandContext): Promise<number> {
  const { args: [ref = ""], options } = invocation;
  const output = typeof options.output === "string" ? options.output : null;
  const format = formatOf(output, typeof options.format === "string" ? options.format : null);
  const { engine, warnings } = await connectFor(invocation, world);
  await using _engine = engine;
  for (const warning of warnings) await printer.warn(warning);
  const source = await reportSource(engine, ref, world.version);
  const { reports } = await world.reports();
  const text = reports.report(source, format);
  if (output === null || output === "-") await printer.outText(text);
  else {
    await world.writeFile(resolve(world.cwd, output), text);
    await printer.note(`wrote ${output}`);
  }
  return EXIT.ok;
}

/** What `--format` says, else the file's ending, else Markdown for a pipe. Throws OdwError `usage`. */
function formatOf(output: string | null, named: string | null): ReportFormat {
  if (named !== null) return FORMATS[named] ?? "md";
  if (output === null || output === "-") return "md";
  const ending = /\.([^./\\]+)$/.exec(output)?.[1]?.toLowerCase() ?? "";
  const format = FORMATS[ending];
  if (format) return format;
  throw new OdwError(
    "usage",
    `cannot tell the format of ${JSON.stringify(output)}: end it in .html, .md or .json, or give --format`,
  );
}
