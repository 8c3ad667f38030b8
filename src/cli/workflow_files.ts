// odw workflows show, save and init: one saved workflow, read or written.
import { join } from "node:path";
import type { Engine } from "../engine.ts";
import { OdwError } from "../errors.ts";
import type { Settings } from "../config.ts";
import type { CommandContext, Invocation } from "./command.ts";
import { EXIT } from "./exit_codes.ts";
import { saveWorkflow } from "./saved_workflow.ts";
import { readScript } from "./script_source.ts";
import { safeJson, safeLine, safeText } from "./terminal_text.ts";
import { unknownWorkflow } from "./unknown_workflow.ts";

export const WORKFLOW_ACTIONS = ["show", "save", "init"] as const;

interface Parts extends CommandContext {
  engine: Engine;
  settings: Settings;
}

/** Throws OdwError `usage` with the form that is wanted. */
export async function workflowAction({ args, options }: Invocation, parts: Parts): Promise<number> {
  const [action, first, second] = args;
  switch (action) {
    case "show":
      if (first !== undefined && args.length === 2) return await show(first, options.json === true, parts);
      throw wanted("odw workflows show <name>");
    case "save":
      if (first !== undefined && second !== undefined && args.length === 3) {
        return await write(second, await textOf(first, parts), options, parts);
      }
      throw wanted("odw workflows save <run or file> <name>");
    case "init":
      if (first !== undefined && args.length === 2) return await write(first, starter(first), options, parts);
      throw wanted("odw workflows init <name>");
    default:
      throw wanted(`odw workflows [${WORKFLOW_ACTIONS.join(" | ")}]; got ${JSON.stringify(action)}`);
  }
}

function wanted(form: string): OdwError {
  return new OdwError("usage", `the form is: ${form}`);
}

async function show(name: string, isJson: boolean, { engine, printer }: Parts): Promise<number> {
  const found = await engine.workflow(name).catch(async (error: unknown) => {
    if (!(error instanceof OdwError) || error.code !== "not_found") throw error;
    throw await unknownWorkflow({ name, isDirectory: false }, engine, error);
  });
  if (isJson) await printer.out(`${safeJson(found, 2)}\n`);
  else {
    const notes = Object.entries(found.meta?.args ?? {}).map(([key, note]) =>
      `//   ${key}: ${note.type}${note.required ? "" : ", optional"}  ${safeLine(note.description)}`
    );
    const head = [`// ${safeLine(found.file)}`, ...(notes.length > 0 ? ["// args:", ...notes] : [])];
    await printer.err(`${head.join("\n")}\n`);
    await printer.out(`${safeText(found.text).trimEnd()}\n`);
  }
  return EXIT.ok;
}

/** A file's text, else the script of a recorded run. */
async function textOf(ref: string, { engine, world }: Parts): Promise<string> {
  const script = await readScript(ref, world);
  return "text" in script ? script.text : (await engine.get(ref)).spec.script;
}

async function write(
  name: string,
  text: string,
  options: Invocation["options"],
  { settings, world, printer }: Parts,
): Promise<number> {
  const folder = options.user ? join(settings.home, "workflows") : join(settings.cwd, ".odw", "workflows");
  const path = await saveWorkflow({ folder, name, text, isForced: options.force === true }, world);
  await printer.note(`saved as ${safeLine(path)}; run it with: odw run ${safeLine(name.replace(/\.m?js$/, ""))}`);
  return EXIT.ok;
}

function starter(name: string): string {
  return `// Check it with: odw check ${name}   Run it with: odw run ${name} --arg topic=coffee
export const meta = {
  name: ${JSON.stringify(name.replace(/\.m?js$/, ""))},
  description: "Answers a question from several sides, then sums up",
  args: { topic: { type: "string", description: "What to think about" } },
  phases: [{ title: "Think" }, { title: "Sum up" }],
};

// What the user gave: odw run … --arg topic=coffee
const topic = args?.topic ?? "tea";

phase("Think");
// Three agents at once. Each function starts one; an agent that fails gives null.
const views = await parallel(
  ["its history", "its trade", "its taste"].map((side) => () =>
    agent(\`Tell what matters most about \${topic}: \${side}. Three sentences.\`, { label: side })
  ),
);

phase("Sum up");
// What this returns is the result of the run.
return await agent(\`Sum up in one paragraph:\\n\\n\${views.filter(Boolean).join("\\n\\n")}\`, { label: "sum up" });
`;
}
