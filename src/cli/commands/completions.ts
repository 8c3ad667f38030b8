// odw completions: the script that a shell loads.
import { OdwError } from "../../errors.ts";
import { didYouMean } from "../closest.ts";
import type { CommandContext, Invocation } from "../command.ts";
import { COMPLETION_SCRIPTS } from "../completion_scripts.ts";
import { EXIT } from "../exit_codes.ts";
import { SHELLS } from "../specs/setup_commands.ts";

export async function execute({ args: [name = ""] }: Invocation, { printer }: CommandContext): Promise<number> {
  const shell = SHELLS.find((known) => known === name.toLowerCase());
  if (!shell) {
    const near = didYouMean(name, [...SHELLS]);
    throw new OdwError(
      "usage",
      `there is no completion for ${JSON.stringify(name)}${near || ";"} known shells: ${SHELLS.join(", ")}`,
    );
  }
  await printer.out(COMPLETION_SCRIPTS[shell]);
  return EXIT.ok;
}
