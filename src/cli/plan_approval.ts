// A plan put to whoever sits at this terminal: run, edit, save or cancel. What is approved is what runs.
import { join } from "node:path";
import type { Settings } from "../config.ts";
import type { Engine } from "../engine.ts";
import { errorInfo, OdwError } from "../errors.ts";
import type { Plan } from "../planner.ts";
import { planHash } from "../plan_hash.ts";
import type { CommandContext, Invocation } from "./command.ts";
import { hasErrors, planPage } from "./plan_page.ts";
import { isInteractive, limitsOf } from "./run_options.ts";
import { planScript, saveWorkflow } from "./saved_workflow.ts";
import { safeLine } from "./terminal_text.ts";
import type { InputLines } from "./world.ts";

export interface ApprovalParts extends CommandContext {
  invocation: Invocation;
  engine: Engine;
  settings: Settings;
}

/** The approved plan; null: nothing shall run. Throws OdwError `usage` where nobody can be asked. */
export async function approvePlan(plan: Plan, parts: ApprovalParts): Promise<Plan | null> {
  const { invocation: { options }, world, printer } = parts;
  if (!options.quiet || !options.yes) await showPlan(plan, parts);
  if (typeof options.save === "string") await save(plan, options.save, parts);
  if (options.dryRun) return null;
  if (options.yes) {
    if (hasErrors(plan)) {
      throw new OdwError("script_invalid", "the plan has errors, so it does not run; change the task or --topology");
    }
    return plan;
  }
  if (!isInteractive(world)) {
    throw new OdwError(
      "usage",
      "nobody is here to approve the plan: run it with --yes, or see it alone with --dry-run",
    );
  }
  const lines = await world.stdin.openLines();
  try {
    return await ask(plan, lines, parts);
  } finally {
    lines.close();
    await printer.err("");
  }
}

/** Throws OdwError `conflict` when script, args or permissions are not those that were approved. */
export async function verifyApproval(plan: Plan, settings: Settings): Promise<void> {
  const hash = await planHash({ script: plan.script.text, args: plan.args, grants: settings.grants });
  if (hash === plan.hash) return;
  throw new OdwError(
    "conflict",
    `this is not what was approved (${plan.hash.slice(0, 12)}, now ${hash.slice(0, 12)}): plan it again`,
  );
}

export async function showPlan(plan: Plan, { world, printer }: CommandContext): Promise<void> {
  const columns = world.stderr.isTerminal ? world.stderr.columns() : 80;
  await printer.err(`${planPage(plan, { columns, style: printer.errStyle }).join("\n").trimEnd()}\n`);
}

async function ask(first: Plan, lines: InputLines, parts: ApprovalParts): Promise<Plan | null> {
  const { printer } = parts;
  let plan = first;
  for (;;) {
    const mayRun = !hasErrors(plan);
    await printer.err(`\n${mayRun ? "[r]un, " : ""}[e]dit, [s]ave or [c]ancel? `);
    const typed = (await lines.next(new AbortController().signal))?.trim() ?? "c";
    const answer = typed.toLowerCase();
    if (mayRun && (answer === "r" || answer === "run")) return plan;
    if (answer === "c" || answer === "cancel") return null;
    try {
      if (answer === "e" || answer === "edit") plan = await edit(plan, parts);
      const name = /^s(?:ave)?(?:\s+(\S+))?$/i.exec(typed);
      if (name?.[1]) await save(plan, name[1], parts);
      else if (name) await printer.note("give a name too: save review-parser");
    } catch (error) {
      // The plan was paid for: what goes wrong here must not lose it.
      await printer.error(`${errorInfo(error).message}; the plan stays as it was`);
    }
  }
}

/** Opens the script in $EDITOR, checks what comes back, and shows the plan anew: its hash is another one. */
async function edit(plan: Plan, parts: ApprovalParts): Promise<Plan> {
  const { engine, settings, world, printer, invocation } = parts;
  const path = join(settings.home, "plans", `${plan.hash.slice(0, 12)}.js`);
  await world.makeFolder(join(settings.home, "plans"));
  await world.writeFile(path, plan.script.text);
  const code = await world.edit(path);
  if (code !== 0) {
    await printer.note(`the editor ended with exit code ${code}: the plan stays as it was`);
    return plan;
  }
  const text = new TextDecoder().decode(await world.readFile(path));
  const script = { text, file: plan.script.file.startsWith("built-in:") ? "plan.js" : plan.script.file };
  const check = await engine.check({ script, args: plan.args, limits: limitsOf(invocation.options) });
  const hash = await planHash({ script: text, args: plan.args, grants: settings.grants });
  const edited: Plan = { ...plan, script, check, hash, way: text === plan.script.text ? plan.way : "author" };
  await showPlan(edited, parts);
  return edited;
}

async function save(plan: Plan, name: string, { settings, world, printer }: ApprovalParts): Promise<void> {
  const folder = join(settings.cwd, ".odw", "workflows");
  const path = await saveWorkflow({ folder, name, text: planScript(plan, name), isForced: false }, world);
  await printer.note(`saved as ${safeLine(path)}; run it with: odw run ${safeLine(name)}`);
}
