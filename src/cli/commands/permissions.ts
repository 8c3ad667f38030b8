// odw permissions: what a command line may touch, told without running it.
import { OdwError } from "../../errors.ts";
import type { Permissions } from "../../permissions.ts";
import type { CommandContext, Invocation } from "../command.ts";
import { readCommandLine } from "../command_line.ts";
import { EXIT } from "../exit_codes.ts";
import { commandNeed, settingsOptions } from "../target.ts";
import { safeJson, safeLine } from "../terminal_text.ts";
import { wrap } from "../text_width.ts";

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

export async function execute({ args, options }: Invocation, { world, printer }: CommandContext): Promise<number> {
  const invocation = invocationOf(args, world.stdout.columns());
  const inspected = await world.inspect(commandNeed(invocation), await settingsOptions(invocation, world));
  const { permissions, lost, warnings } = inspected;
  for (const warning of warnings) await printer.warn(warning);
  if (options.json) {
    await printer.out(`${safeJson({ permissions, lost }, 2)}\n`);
    return EXIT.ok;
  }
  const columns = world.stdout.isTerminal ? world.stdout.columns() : 80;
  const lines = KINDS.flatMap(([kind, meaning]) => kindLines(permissions[kind], { kind, meaning, columns }));
  await printer.out(
    `odw ${safeLine(args.join(" "))} runs with these permissions, and no others:\n\n${lines.join("\n")}\n`,
  );
  for (const sentence of lost) await printer.warn(sentence);
  return EXIT.ok;
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
