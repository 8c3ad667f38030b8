// odw logs: what happened in a run, one line for each event.
import type { FollowOptions } from "../../engine.ts";
import type { Event } from "../../run.ts";
import { localTime } from "../amounts.ts";
import type { CommandContext, Invocation } from "../command.ts";
import { logLine } from "../event_line.ts";
import { EXIT } from "../exit_codes.ts";
import { listenForInterrupts } from "../interrupts.ts";
import type { Printer } from "../printer.ts";
import { StepLabels } from "../step_labels.ts";
import { connectFor } from "../target.ts";
import { safeJson } from "../terminal_text.ts";

export async function execute(invocation: Invocation, { world, printer }: CommandContext): Promise<number> {
  const { args: [ref = ""], options } = invocation;
  using interrupts = listenForInterrupts(world);
  const { engine, warnings } = await connectFor(invocation, world);
  await using _engine = engine;
  for (const warning of warnings) await printer.warn(warning);
  const stop = new AbortController();
  interrupts.first.then(() => stop.abort());
  interrupts.second.then(() => world.exit(EXIT.cancelled));
  const print = options.json ? jsonLines(printer) : textLines(printer);
  const follow: FollowOptions = { after: 0, detail: options.json ? "full" : "brief", live: options.follow === true };
  await engine.follow(ref, follow, print.add, stop.signal);
  await print.done();
  return EXIT.ok;
}

interface LinePrinter {
  add(events: Event[]): void;
  done(): Promise<void>;
}

function jsonLines(printer: Printer): LinePrinter {
  return inOrder(printer, (event) => safeJson(event));
}

function textLines(printer: Printer): LinePrinter {
  const labels = new StepLabels();
  return inOrder(printer, (event) => {
    labels.add(event);
    return `${printer.outStyle("dim", localTime(event.at))}  ${logLine(event, (step) => labels.of(step))}`;
  });
}

function inOrder(printer: Printer, line: (event: Event) => string): LinePrinter {
  let last: Promise<void> = Promise.resolve();
  return {
    add(events) {
      const text = events.map((event) => `${line(event)}\n`).join("");
      last = last.then(() => printer.out(text));
      last.catch(() => {});
    },
    done: () => last,
  };
}
