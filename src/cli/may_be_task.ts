// Whether `odw run` may have been given a sentence instead of a script.
import type { Invocation } from "./command.ts";
import { readScript } from "./script_source.ts";
import type { World } from "./world.ts";

/** Words that name no file. Whether they name a workflow is known when the saved ones are. */
export async function mayBeTask(
  { args: [target = "", ...words], options }: Invocation,
  world: World,
): Promise<boolean> {
  const givesArgs = ["args", "arg", "argsFile", "files"].some((name) => options[name] !== undefined);
  const isSentence = /\s/.test(target.trim()) || words.length > 0;
  if (givesArgs || !isSentence) return false;
  // A file that cannot be read is told where the run is reported.
  const script = await readScript(target, world).catch(() => null);
  return script !== null && "name" in script;
}
