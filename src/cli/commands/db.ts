// odw db check: what the journal's database holds, and whether it is sound.
import { OdwError } from "../../errors.ts";
import type { StoreCheck } from "../../store.ts";
import { didYouMean } from "../closest.ts";
import type { CommandContext, Invocation } from "../command.ts";
import { EXIT } from "../exit_codes.ts";
import { connectFor } from "../target.ts";
import { safeJson, safeLine } from "../terminal_text.ts";

export async function execute(invocation: Invocation, { world, printer }: CommandContext): Promise<number> {
  const [action = ""] = invocation.args;
  if (action !== "check") {
    const near = didYouMean(action, ["check"]);
    throw new OdwError("usage", `odw db cannot ${JSON.stringify(action)}${near || "; it can: check"}`);
  }
  const { engine, warnings } = await connectFor(invocation, world);
  await using _engine = engine;
  for (const warning of warnings) await printer.warn(warning);
  const check = await engine.checkStore({ repair: invocation.options.repair === true });
  await printer.out(invocation.options.json ? `${safeJson(check, 2)}\n` : facts(check));
  for (const done of check.repaired) await printer.note(`mended: ${safeLine(done)}`);
  for (const problem of check.problems) await printer.error(problem);
  return check.problems.length > 0 ? EXIT.failed : EXIT.ok;
}

function facts({ path, schemaVersion, sizeBytes, runs, events, problems }: StoreCheck): string {
  const rows: [string, string | number][] = [
    ["File", path],
    ["Size", `${(sizeBytes / 1e6).toFixed(1)} MB`],
    ["Schema", `version ${schemaVersion}`],
    ["Runs", runs],
    ["Events", events],
    ["State", problems.length === 0 ? "sound" : "damaged"],
  ];
  return rows.map(([name, value]) => `${name.padEnd(8)}${safeLine(String(value))}\n`).join("");
}
