// odw rm: deletes runs; all of them are looked up before the first is deleted.
import { errorInfo } from "../../errors.ts";
import type { CommandContext, Invocation } from "../command.ts";
import { EXIT, exitCodeOfError, worstOf } from "../exit_codes.ts";
import { connectFor } from "../target.ts";

export async function execute(invocation: Invocation, { world, printer }: CommandContext): Promise<number> {
  const { engine, warnings } = await connectFor(invocation, world);
  await using _engine = engine;
  for (const warning of warnings) await printer.warn(warning);
  const ids = new Set<string>();
  for (const ref of invocation.args) ids.add((await engine.get(ref)).id);
  const codes: number[] = [EXIT.ok];
  for (const id of ids) {
    try {
      await engine.deleteRun(id);
      await printer.out(`${id}\n`);
    } catch (error) {
      const { code, message } = errorInfo(error);
      await printer.error(message);
      codes.push(exitCodeOfError(code));
    }
  }
  return worstOf(codes);
}
