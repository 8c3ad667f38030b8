// Reads of a run what a report is made of.
import type { Engine } from "./engine.ts";
import type { LogLine, ReportSource } from "./report.ts";
import type { Event } from "./run.ts";

export async function reportSource(
  engine: Pick<Engine, "get" | "steps" | "follow">,
  ref: string,
  version: string,
): Promise<ReportSource> {
  const run = await engine.get(ref);
  const log: LogLine[] = [];
  const add = (events: Event[]) => {
    for (const event of events) {
      if (event.type === "log_written") log.push({ at: event.at, level: event.level, message: event.message });
    }
  };
  await engine.follow(run.id, { after: 0, types: ["log_written"], live: false }, add);
  return { run, steps: await engine.steps(run.id), log, version };
}
