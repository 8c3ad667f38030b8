// What a check that reads the script, and runs nothing, has found: faults with their place and their mending.
import type { CheckProblem } from "../planner.ts";
import type { ParsedScript } from "../sandbox.ts";
import type { Branch, Twig } from "./syntax_tree.ts";

/** What every rule reads. */
export interface RuleContext {
  script: ParsedScript;
  twigs: Twig[];
  declared: ReadonlyMap<string, Twig[]>;
  /** Does a call of this name reach odw, and not a function of the script's own? */
  isGlobal(name: string): boolean;
}

export interface Fault {
  severity: CheckProblem["severity"];
  at: number;
  message: string;
  fix: string | null;
}

const MAX_LINE_CHARS = 160;

/** With `file:line:column`, and the source line under the message. */
export function problemOf({ severity, at, message, fix }: Fault, { file, text }: ParsedScript): CheckProblem {
  const start = text.lastIndexOf("\n", at - 1) + 1;
  const line = text.slice(0, start).split("\n").length;
  const source = (text.slice(start).split("\n", 1)[0] ?? "").trimEnd();
  const shown = source.length > MAX_LINE_CHARS ? `${source.slice(0, MAX_LINE_CHARS)}…` : source;
  return { severity, place: `${file}:${line}:${at - start + 1}`, message: `${message}\n  ${line} | ${shown}`, fix };
}

/** Calls of odw's own functions, with the name that is called. */
export function globalCalls({ twigs, isGlobal }: RuleContext): { name: string; call: Branch; twig: Twig }[] {
  return twigs.flatMap((twig) => {
    const { node } = twig;
    const callee = node.type === "CallExpression" ? node.callee as Branch : undefined;
    const name = callee?.type === "Identifier" ? String(callee.name) : undefined;
    return name !== undefined && isGlobal(name) ? [{ name, call: node, twig }] : [];
  });
}

export function argumentsOf(call: Branch): Branch[] {
  return call.arguments as Branch[];
}
