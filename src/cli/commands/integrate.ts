// odw integrate: registers odw with coding agents, or takes it out again, and shows what changed.
import { OdwError } from "../../errors.ts";
import type { HostFileChange, HostScope, Integration } from "../../hosts.ts";
import type { CommandContext, Invocation } from "../command.ts";
import { EXIT } from "../exit_codes.ts";
import { hostPlaces, hostsOf } from "../host_places.ts";
import type { Printer } from "../printer.ts";
import { safeJson, safeLine, safeText } from "../terminal_text.ts";

export async function execute({ args, options }: Invocation, { world, printer }: CommandContext): Promise<number> {
  const names = hostsOf(args[0] ?? "");
  const places = hostPlaces(world);
  const { hosts } = await world.hosts();
  const dryRun = options.dryRun === true;
  const action = options.remove ? "remove" : "add";
  const integration = await hosts.integrate({ hosts: names, scope: scopeOf(options), action, dryRun, places });
  if (options.json) await printer.out(`${safeJson({ dryRun, ...integration }, 2)}\n`);
  else await printIntegration(integration, { printer, dryRun });
  return integration.changes.some(({ status }) => status === "failed") ? EXIT.failed : EXIT.ok;
}

/** What was done, file by file, and what the user still has to do. */
export async function printIntegration(
  { changes, steps }: Integration,
  { printer, dryRun }: { printer: Printer; dryRun: boolean },
): Promise<void> {
  const names = [...new Set(changes.map(({ host }) => host))];
  for (const name of names) {
    await printer.out(`${printer.outStyle("bold", name)}\n`);
    for (const change of changes.filter(({ host }) => host === name)) {
      await printer.out(changeText(change, printer));
    }
    for (const { step } of dryRun ? [] : steps.filter(({ host }) => host === name)) {
      await printer.out(`  ${printer.outStyle("yellow", "next")}  ${safeLine(step)}\n`);
    }
  }
  if (dryRun) await printer.note("nothing was changed (--dry-run)");
}

function scopeOf({ project, user }: Invocation["options"]): HostScope {
  if (project && user) throw new OdwError("usage", "--project and --user exclude each other: give one of them");
  return project ? "project" : "user";
}

function changeText(change: HostFileChange, { outStyle }: Printer): string {
  const colour = { created: "green", changed: "green", removed: "yellow", unchanged: "dim", failed: "red" } as const;
  const backup = change.backup === null ? "" : ` (before: ${safeLine(change.backup)})`;
  const detail = change.detail === null ? "" : `: ${safeLine(change.detail)}`;
  const status = outStyle(colour[change.status], change.status.padEnd(9));
  const head = `  ${status} ${change.kind} ${safeLine(change.path)}${backup}${detail}\n`;
  // A file that is odw's from its first line to its last says nothing as a diff.
  const isWhole = change.kind !== "registration" && change.status !== "changed";
  return isWhole || change.diff === "" ? head : head + diffText(change.diff, outStyle);
}

function diffText(diff: string, style: Printer["outStyle"]): string {
  const lines = safeText(diff.trimEnd()).split("\n").map((line) => {
    if (/^(---|\+\+\+) /.test(line)) return style("bold", line);
    if (line.startsWith("@@")) return style("cyan", line);
    if (line.startsWith("+")) return style("green", line);
    return line.startsWith("-") ? style("red", line) : line;
  });
  return lines.map((line) => `    ${line}\n`).join("");
}
