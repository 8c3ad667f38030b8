// The checks that need no execution: every rule over one script.
import type { CheckProblem } from "../planner.ts";
import type { ParsedScript } from "../sandbox.ts";
import { awaitFaults } from "./await_rules.ts";
import { callFaults, valueFaults } from "./call_rules.ts";
import { loopFaults } from "./loop_rules.ts";
import { clockFaults, nameFaults } from "./name_rules.ts";
import { declaredNames } from "./names.ts";
import { optionFaults, toolNames } from "./option_rules.ts";
import { problemOf, type RuleContext } from "./script_faults.ts";
import { readTree } from "./syntax_tree.ts";

export interface Reading {
  problems: CheckProblem[];
  /** Names of tools, as the script writes them. */
  tools: string[];
}

/** `isClockForbidden`: Date.now() and the like throw. */
export async function readScript(script: ParsedScript, isClockForbidden: boolean): Promise<Reading> {
  const twigs = await readTree(script);
  const declared = declaredNames(twigs);
  const context: RuleContext = { script, twigs, declared, isGlobal: (name) => !declared.has(name) };
  const rules = [callFaults, valueFaults, awaitFaults, loopFaults, nameFaults, optionFaults];
  if (isClockForbidden) rules.push(clockFaults);
  const faults = rules.flatMap((rule) => rule(context)).sort((a, b) => a.at - b.at);
  return { problems: faults.map((fault) => problemOf(fault, script)), tools: toolNames(context) };
}
