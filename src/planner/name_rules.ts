// Names that nobody gives a script, and calls that make a run unrepeatable.
import { GLOBALS, isGuarded, unknownNames } from "./names.ts";
import { nearest } from "./nearest.ts";
import type { Fault, RuleContext } from "./script_faults.ts";
import { type Branch, nameOf, type Twig } from "./syntax_tree.ts";

/** Names of other places, with what a workflow has instead. */
const INSTEAD: ReadonlyMap<string, string> = new Map([
  ["require", "a script has no modules: put helpers into this file, and let agents do the work"],
  ["process", "a script sees no process: give values as args"],
  ["fetch", "a script has no network: tools.web_fetch(url), or an agent with tools: ['web_fetch']"],
  ["fs", "a script has no files: tools.read_file(path), or an agent with tools"],
  ["Buffer", "a script holds text and JSON only"],
  ["setInterval", "use setTimeout, or a bounded loop"],
  ["crypto", "a script has no randomness: it breaks resume"],
  ["performance", "a script has no clock: it breaks resume"],
  ["context", "context is a parameter of execute(context) in the other dialect; here it is tools.* and args"],
  ["module", "a script that begins with `export const meta` returns its result: return …"],
  ["replan", "in this dialect it is plan(task)"],
  ["plan", "in this dialect it is replan(prompt)"],
]);

export function nameFaults({ script, twigs, declared }: RuleContext): Fault[] {
  const seen = new Set<string>();
  return unknownNames(twigs, declared, script.dialect).flatMap(({ node }) => {
    const name = nameOf(node)!;
    if (seen.has(name)) return [];
    seen.add(name);
    const near = nearest(name, [...GLOBALS[script.dialect], ...declared.keys()]);
    const fix = INSTEAD.get(name) ?? (near ? `did you mean ${near}?` : null);
    return [{
      severity: "error" as const,
      at: node.start,
      message: `${name} is not defined in a workflow script`,
      fix,
    }];
  });
}

/** Date.now(), Math.random() and new Date() throw in dialect A. */
export function clockFaults({ script, twigs, isGlobal }: RuleContext): Fault[] {
  if (script.dialect !== "meta") return [];
  return twigs.filter((twig) => !isGuarded(twig) && isClock(twig, isGlobal)).map(({ node }) => ({
    severity: "error" as const,
    at: node.start,
    message: "a clock or a random number breaks resume: this throws",
    fix: "give the value as args, or run with --deterministic-clock",
  }));
}

function isClock({ node }: Twig, isGlobal: (name: string) => boolean): boolean {
  if (node.type === "NewExpression") return nameOf(node.callee) === "Date" && noArguments(node) && isGlobal("Date");
  if (node.type !== "CallExpression") return false;
  const callee = node.callee as Branch;
  if (nameOf(callee) === "Date") return noArguments(node) && isGlobal("Date");
  if (callee.type !== "MemberExpression") return false;
  const called = `${nameOf(callee.object)}.${nameOf(callee.property)}`;
  return called === "Date.now" || called === "Math.random";
}

function noArguments(node: Branch): boolean {
  return (node.arguments as unknown[]).length === 0;
}
