// Writing workflow scripts where odw finds them by name: the terminal ring alone may write into the workspace.
import { dirname, join } from "node:path";
import { OdwError } from "../errors.ts";
import type { Plan } from "../planner.ts";
import type { World } from "./world.ts";

const NAME = /^[\w][\w.-]{0,63}$/;

/** Returns the path. Throws OdwError `usage` for a name that is no file name, and for a file that is there, unless `isForced`. */
export async function saveWorkflow(
  { folder, name, text, isForced }: { folder: string; name: string; text: string; isForced: boolean },
  world: World,
): Promise<string> {
  const stem = name.replace(/\.m?js$/, "");
  if (!NAME.test(stem)) {
    throw new OdwError("usage", `${JSON.stringify(name)} cannot be a workflow's name: use letters, digits, . _ and -`);
  }
  const path = join(folder, `${stem}.js`);
  if (!isForced && await world.stat(path)) {
    throw new OdwError("usage", `${path} is there already: give another name, or --force to replace it`);
  }
  await world.makeFolder(dirname(path));
  await world.writeFile(path, text);
  return path;
}

/** A script that does what the plan does: a composed one calls its topology with the plan's args. */
export function planScript({ way, script, args, task, choice }: Plan, name: string): string {
  if (way === "author") {
    return `// args: ${JSON.stringify(args).replaceAll("\u2028", " ").replaceAll("\u2029", " ")}\n${script.text}`;
  }
  return `export const meta = {
  name: ${JSON.stringify(name)},
  description: ${JSON.stringify(task.replace(/\s+/g, " ").slice(0, 200))},
};

return await workflow(${JSON.stringify(choice.topology)}, { ...${JSON.stringify(args, null, 2)}, ...args });
`;
}
