// odw permissions: what a command line may touch, told without running it.
import type { Settings } from "../../config.ts";
import { OdwError } from "../../errors.ts";
import type { Permissions } from "../../permissions.ts";
import type { CommandContext, Invocation } from "../command.ts";
import { readCommandLine } from "../command_line.ts";
import { EXIT } from "../exit_codes.ts";
import { commandNeed, settingsOptions } from "../target.ts";
import { safeJson, safeLine } from "../terminal_text.ts";
import { wrap } from "../text_width.ts";
import type { Inspection } from "../world.ts";

const KINDS: [kind: keyof Permissions, meaning: string][] = [
  ["net", "hosts that it may reach"],
  ["read", "files and folders that it may read"],
  ["write", "files and folders that it may write"],
  ["run", "programs that it may start"],
  ["env", "environment variables that it may read"],
  ["sys", "facts about this machine"],
  ["ffi", "native libraries"],
  ["import", "hosts that it may load code from"],
];

/** Where `approve` names a kind, the engine holds the permission and its tools ask before each use. */
const ASKED = {
  write: "each change of a file in the workspace",
  run: "each program",
  web: "each page of a host that is not named",
  mcp: "each call of a tool of an MCP server that is not named",
} as const;

export async function execute({ args, options }: Invocation, { world, printer }: CommandContext): Promise<number> {
  const invocation = invocationOf(args, world.stdout.columns());
  const need = commandNeed(invocation);
  const inspected = await world.inspect(need, await settingsOptions(invocation, world));
  const { permissions, lost, warnings } = inspected;
  const granted = need.providers ? grantedWork(inspected) : [];
  for (const warning of warnings) await printer.warn(warning);
  if (options.json) {
    const { approve: asked, ...programs } = need.providers ? programsOf(inspected) : { approve: [] };
    await printer.out(`${safeJson({ permissions, lost, asked, ...programs }, 2)}\n`);
    return EXIT.ok;
  }
  const columns = world.stdout.isTerminal ? world.stdout.columns() : 80;
  const lines = KINDS.flatMap(([kind, meaning]) => kindLines(permissions[kind].map(named), { kind, meaning, columns }));
  await printer.out(
    `odw ${safeLine(args.join(" "))} runs with these permissions, and no others:\n\n${lines.join("\n")}\n`,
  );
  const more = granted.flatMap(([kind, items]) => kindLines(items, { kind, meaning: "", columns }));
  if (more.length > 0) await printer.out(`\nBeside it, odw itself does on its behalf:\n\n${more.join("\n")}\n`);
  for (const sentence of lost) await printer.warn(sentence);
  return EXIT.ok;
}

/** Programs are started outside the engine, which has no permission for any. */
function grantedWork(inspected: Inspection): [kind: string, items: string[]][] {
  const { programs, servers, confinement, approve } = programsOf(inspected);
  const rows: [string, string[]][] = [
    ["start", [
      ...programs.map((name) => name === "*" ? "any program" : name),
      "git, where it only reads or keeps odw's own worktrees",
    ]],
    ["servers", servers],
    ["asks", approve.map((kind) => ASKED[kind])],
    ["bounds", confinement === null ? [] : [confinement]],
  ];
  return rows.filter(([, items]) => items.length > 0);
}

function programsOf({ settings, confinement }: Inspection): {
  programs: string[];
  servers: string[];
  approve: Settings["grants"]["approve"];
  confinement: string | null;
} {
  const { grants: { run, approve }, mcpServers } = settings;
  return { programs: run, servers: Object.keys(mcpServers), approve, confinement: confinement ?? null };
}

function named(item: string): string {
  return item === "*" ? "any host" : item;
}

/** Reads the inner command line as odw itself would. Throws OdwError `usage`. */
function invocationOf(args: string[], columns: number): Invocation {
  const line = readCommandLine(args, columns);
  if (line.type === "invocation") return line.invocation;
  throw new OdwError(
    "usage",
    `odw permissions needs a command line that does something, as: odw permissions run review.js`,
  );
}

function kindLines(
  granted: string[],
  { kind, meaning, columns }: { kind: string; meaning: string; columns: number },
): string[] {
  const head = `  ${kind.padEnd(7)} `;
  if (granted.length === 0) return [`${head}none (${meaning})`];
  const items = granted.flatMap((item) => wrap(safeLine(item), columns - head.length));
  return items.map((item, i) => `${i === 0 ? head : " ".repeat(head.length)}${item}`);
}
