// odw doctor: looks at every part of odw, and says what mends what is wrong.
import { errorInfo, OdwError } from "../../errors.ts";
import { type Finding, HOST_NAMES, type HostPlaces, type Hosts } from "../../hosts.ts";
import type { CommandContext, Invocation } from "../command.ts";
import { EXIT } from "../exit_codes.ts";
import { hostPlaces, hostsOf } from "../host_places.ts";
import type { Printer } from "../printer.ts";
import { commandNeed } from "../target.ts";
import { safeJson, safeLine } from "../terminal_text.ts";
import type { Connection, World } from "../world.ts";

export async function execute(invocation: Invocation, { world, printer }: CommandContext): Promise<number> {
  const name = invocation.args[0];
  const places = hostPlaces(world);
  const names = name === undefined ? HOST_NAMES : hostsOf(name);
  const { hosts } = await world.hosts();
  const [machine, registrations] = await Promise.all([
    name === undefined ? machineFindings(invocation, { world, hosts, places }) : [],
    hosts.examineHosts({ hosts: names, places, named: name !== undefined }),
  ]);
  const findings = [...machine, ...registrations];
  if (invocation.options.json) await printer.out(`${safeJson(findings, 2)}\n`);
  else await printFindings(findings, printer);
  return findings.some(({ status }) => status === "error") ? EXIT.failed : EXIT.ok;
}

/** Without settings there is no engine, and the rest is looked at all the same. */
async function machineFindings(
  invocation: Invocation,
  { world, hosts, places }: { world: World; hosts: Hosts; places: HostPlaces },
): Promise<Finding[]> {
  const { version } = world;
  const connection = await connect(invocation, world);
  if (connection instanceof Error) {
    return await hosts.examineMachine({ places, version, settings: connection, warnings: [], models: null });
  }
  const { engine, settings, warnings } = connection;
  try {
    return await hosts.examineMachine({ places, version, settings, warnings, models: () => engine.models() });
  } finally {
    await engine[Symbol.asyncDispose]();
  }
}

async function connect(invocation: Invocation, world: World): Promise<Connection | Error> {
  try {
    return await world.connect(commandNeed(invocation), {});
  } catch (error) {
    return error instanceof Error ? error : new OdwError("config", errorInfo(error).message);
  }
}

async function printFindings(findings: Finding[], printer: Printer): Promise<void> {
  const style = printer.outStyle;
  const marks = {
    ok: style("green", "ok      "),
    warning: style("yellow", "warning "),
    error: style("red", "error   "),
  };
  for (const { check, status, detail, repair } of findings) {
    await printer.out(`${marks[status]}${style("bold", safeLine(check))}: ${safeLine(detail)}\n`);
    if (repair !== null) await printer.out(`        ${style("cyan", "mend it:")} ${safeLine(repair)}\n`);
  }
  const errors = findings.filter(({ status }) => status === "error").length;
  const warnings = findings.filter(({ status }) => status === "warning").length;
  await printer.note(
    errors + warnings === 0
      ? "everything is well"
      : `${errors} ${plural(errors, "error")}, ${warnings} ${plural(warnings, "warning")}`,
  );
}

function plural(count: number, noun: string): string {
  return count === 1 ? noun : `${noun}s`;
}
