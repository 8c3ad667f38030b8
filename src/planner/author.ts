// The author way: a strong model writes the script, a check reads it, and what is wrong goes back to the author.
import { DIALECT_GUIDE } from "../dialect_guide.ts";
import type { Check, CheckProblem } from "../planner.ts";
import type { ScriptSource } from "../sandbox.ts";
import type { PlanningModel } from "./planning_model.ts";

/** How often what was wrong goes back. */
export const MOST_REPAIRS = 3;

export interface AuthorRequest {
  /** What the script is for, with all that the author shall know. */
  assignment: string;
  file: string;
  check(source: ScriptSource): Promise<Check>;
}

export interface Authored {
  /** null: no script passed the check. */
  script: ScriptSource | null;
  check: Check | null;
  repairs: number;
  /** Of the last script. */
  problems: CheckProblem[];
}

const SYSTEM =
  `You write workflow scripts. Answer with the file alone: no explanation, no code fence.\n\n${DIALECT_GUIDE}`;

/** Throws what the model throws. */
export async function writeScript({ assignment, file, check }: AuthorRequest, model: PlanningModel): Promise<Authored> {
  let prompt = assignment;
  let problems: CheckProblem[] = [];
  for (let repairs = 0; repairs <= MOST_REPAIRS; repairs++) {
    const answer = String(await model.ask({ prompt, system: SYSTEM }));
    const source = { text: scriptIn(answer), file };
    const checked = await check(source);
    problems = checked.problems.filter(({ severity }) => severity === "error");
    if (problems.length === 0) return { script: source, check: checked, repairs, problems };
    prompt = `${assignment}\n\nThis script has errors:\n\n${source.text}\n\n${
      listed(problems)
    }\n\nWrite the whole file again, corrected.`;
  }
  return { script: null, check: null, repairs: MOST_REPAIRS, problems };
}

function listed(problems: CheckProblem[]): string {
  return problems.slice(0, 10).map(({ place, message, fix }) =>
    `- ${place ? `${place}: ` : ""}${message}${fix ? `\n  instead: ${fix}` : ""}`
  ).join("\n");
}

/** Models like fences and a sentence before them. */
function scriptIn(answer: string): string {
  const fenced = /```(?:\w+)?\n([\s\S]*?)\n```/.exec(answer)?.[1];
  const text = fenced ?? answer;
  const start = text.search(/^(?:export const meta\b|\/\/|\/\*)/m);
  return `${(start > 0 ? text.slice(start) : text).trim()}\n`;
}
