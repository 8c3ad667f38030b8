// The sub-scripts that plan() and replan() have written: from the journal when they are recorded, else by the planner, within bounds.
import { OdwError } from "../errors.ts";
import type { Planner } from "../planner.ts";
import type { ParsedScript, ReplanRequest, Sandbox, ScriptSource } from "../sandbox.ts";
import type { Journal } from "./journal.ts";

/** Of one run. */
const MOST_REPLANS = 2;

/** Where the sub-scripts come from. */
export interface PlanAnswers {
  /** `key`: see StepKeys.nextPlan. */
  subScript(key: string, request: ReplanRequest): Promise<ParsedScript>;
}

export interface ReplansParts {
  planner: Planner;
  sandbox: Sandbox;
  journal: Journal;
  /** Sub-scripts of earlier parts of the run by key. */
  recorded: ReadonlyMap<string, ScriptSource>;
  signal: AbortSignal;
}

export class Replans implements PlanAnswers {
  readonly #parts: ReplansParts;
  #count = 0;

  constructor(parts: ReplansParts) {
    this.#parts = parts;
  }

  /** Rejects with `usage` when the run has planned as often as it may. */
  async subScript(key: string, request: ReplanRequest): Promise<ParsedScript> {
    if (this.#count >= MOST_REPLANS) throw tooMany();
    this.#count++;
    const { planner, sandbox, journal, recorded, signal } = this.#parts;
    const source = recorded.get(key);
    if (source) return sandbox.parse(source);
    const script = await planner.subScript(request, signal);
    const { text, file } = script;
    await journal.write({ type: "script_planned", key, prompt: request.prompt, script: { text, file } });
    return script;
  }
}

function tooMany(): OdwError {
  return new OdwError(
    "usage",
    `the run has planned ${MOST_REPLANS} sub-scripts, the most that plan() and replan() may have written in one run: ` +
      "put what is left into the script itself",
  );
}
