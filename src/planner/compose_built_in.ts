// A built-in topology with arguments for the task, checked; what the check finds goes back to the model.
import { OdwError } from "../errors.ts";
import type { JsonObject } from "../json.ts";
import type { CheckProblem } from "../planner.ts";
import { MOST_REPAIRS } from "./author.ts";
import { checkScript } from "./check.ts";
import { composeArgs, type ComposeRequest, ruledArgs } from "./compose.ts";
import type { ArgumentNote } from "../sandbox.ts";
import type { Draft, PlanParts, Written } from "./plan.ts";
import { surveyText } from "./survey.ts";

/** Where a script says nothing about its arguments. */
const USUAL_NOTES: Record<string, ArgumentNote> = {
  task: { type: "string", description: "What shall be done", required: true },
  items: { type: "array", description: "The items, each a short text" },
};

export async function composeBuiltIn(draft: Draft, parts: PlanParts): Promise<Written> {
  const { request: { task, limits }, choice: { topology }, model, notes } = draft;
  const found = parts.builtIn.find(({ name }) => name === topology);
  if (!found) throw new OdwError("not_found", `the topology ${topology} is not part of this odw`);
  const script = { text: found.text, file: `built-in:${topology}` };
  const meta = parts.sandbox.parse(script).meta;
  const request: ComposeRequest = {
    ...{ task, topology, characteristics: draft.characteristics, notes: meta?.args ?? USUAL_NOTES },
    ...{ survey: surveyText(draft.survey), files: draft.survey.files },
  };
  const attempt = async (args: JsonObject) => ({
    args,
    check: await checkScript(script, { args, model: undefined, limits }, parts),
  });
  let problems: CheckProblem[] = [];
  for (let repairs = 0; model && repairs <= MOST_REPAIRS; repairs++) {
    try {
      const composed = await attempt(await composeArgs(request, model, problems));
      problems = composed.check.problems.filter(({ severity }) => severity === "error");
      if (problems.length === 0) return { way: "compose", script, ...composed };
    } catch (error) {
      if (!(error instanceof OdwError) || parts.signal.aborted) throw error;
      notes.push(`${model.name} did not fill in the arguments (${error.message}): rules did.`);
      break;
    }
  }
  const first = problems[0]?.message.split("\n")[0];
  if (first) notes.push(`The arguments that ${model?.name} gave did not work (${first}): rules filled them in.`);
  return { way: "rules", script, ...await attempt(ruledArgs(request)) };
}
