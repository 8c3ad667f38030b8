// What a run leaves for others: JUnit, SARIF, the CI job's summary page, and spans for the user's own collector.
import { resolve } from "node:path";
import type { Engine } from "../engine.ts";
import { errorInfo } from "../errors.ts";
import type { Network } from "../lib/outgoing.ts";
import { otlpTarget, sendSpans } from "./otel_export.ts";
import type { CommandContext, Invocation } from "./command.ts";
import { reportSource } from "../report_source.ts";

/** Whatever came of the run. A file that cannot be written is a warning: the run itself is recorded. */
export async function writeRunFiles(
  engine: Engine,
  runId: string,
  { options, world, printer, network }: CommandContext & Pick<Invocation, "options"> & { network: Network },
): Promise<void> {
  const { junit, sarif } = options;
  const summaryFile = world.env("GITHUB_STEP_SUMMARY");
  const collector = otlpTarget((name) => world.env(name));
  if (typeof junit !== "string" && typeof sarif !== "string" && !summaryFile && !collector) return;
  const source = await reportSource(engine, runId, world.version);
  const { reports } = await world.reports();
  const write = async (name: string, act: () => Promise<void>) => {
    await act().catch((error: unknown) =>
      printer.warn(`cannot write ${name}: ${errorInfo(error).message}; odw report ${runId} shows the run`)
    );
  };
  if (typeof junit === "string") {
    await write(junit, () => world.writeFile(resolve(world.cwd, junit), reports.junit(source)));
  }
  if (typeof sarif === "string") {
    const { text, findings } = reports.sarif(source);
    if (findings === 0) await printer.note(`${sarif} holds no findings: the result names no file with a title`);
    await write(sarif, () => world.writeFile(resolve(world.cwd, sarif), text));
  }
  if (collector) {
    await write("spans", () => sendSpans(reports.spans(source, collector.resource), { ...collector, network }));
  }
  if (summaryFile) {
    await write("the step summary", () => world.writeFile(summaryFile, reports.summary(source), { append: true }));
  }
}
