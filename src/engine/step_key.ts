// Step keys: what makes a recorded answer belong to a call.
import { createHash } from "node:crypto";
import type { AgentRequest } from "../agent.ts";
import { KeyTable } from "../key_table.ts";
import { canonicalJson, type Json } from "../json.ts";
import type { AskedQuestion, ReplanRequest } from "../sandbox.ts";

/** 128 bits of the SHA-256 are enough to tell the calls of one run apart, and short enough to read. */
const KEY_HEX = 32;

export interface StepKeys {
  next(request: AgentRequest): string;
  nextQuestion(question: AskedQuestion): string;
  /** The scope of a child workflow. */
  nextScope(ref: Json): string;
  /** A tool that the script itself calls. */
  nextTool(name: string, input: Json): string;
  /** A sub-script that the planner writes. */
  nextPlan(request: ReplanRequest): string;
}

/**
 * Gives each call its id `<key>#<ordinal>`: the hash of the request as the script asked for it, and the count of equal requests before
 * it. `scope` separates the scripts of one run, so that two children that ask the same in a changing order keep their own answers.
 */
export function createStepKeys(scope: string): StepKeys {
  const counts = new KeyTable(1);

  function count(value: Json): string {
    const key = hashOf({ scope, value });
    const at = counts.at(key);
    counts.numbers[at]!++;
    return `${key}#${counts.numbers[at]}`;
  }

  return {
    next: (request) => count(request as unknown as Json),
    nextQuestion: (question) => count({ question: question as unknown as Json }),
    nextScope: (ref) => count({ workflow: ref }),
    nextTool: (name, input) => count({ tool: name, input }),
    nextPlan: (request) => count({ plan: request as unknown as Json }),
  };
}

/** The key of a value: equal for equal JSON, whatever the order of its members. */
export function hashOf(value: Json): string {
  return createHash("sha256").update(canonicalJson(value)).digest("hex").slice(0, KEY_HEX);
}
