// The bounded sub-script that plan() and replan() ask for: written, checked, and never left to run unchecked.
import { OdwError } from "../errors.ts";
import type { ParsedScript, ReplanRequest } from "../sandbox.ts";
import { writeScript } from "./author.ts";
import { guessCharacteristics } from "./characterise.ts";
import { checkScript } from "./check.ts";
import { chooseTopology } from "./choose_topology.ts";
import type { PlanParts } from "./plan.ts";
import { findPlanningModel, type PlanningModel } from "./planning_model.ts";

/** Agents that a sub-script may call. */
const MOST_AGENTS = 50;

/** See Planner.subScript. Throws OdwError `refusal`, or what keeps even the built-in fallback from running. */
export async function writeSubScript(request: ReplanRequest, parts: PlanParts): Promise<ParsedScript> {
  const model = findPlanningModel(parts, parts.signal);
  const limits = { agents: Math.min(MOST_AGENTS, parts.settings.limits.agents) };
  const check = (source: { text: string; file: string }) =>
    checkScript(source, { args: request.args, model: undefined, limits }, parts);
  const authored = model ? await authoredScript(request, model, check) : null;
  return parts.sandbox.parse(authored ?? await fallbackScript(request, check));
}

async function authoredScript(
  request: ReplanRequest,
  model: PlanningModel,
  check: (source: { text: string; file: string }) => ReturnType<typeof checkScript>,
): Promise<{ text: string; file: string } | null> {
  try {
    return (await writeScript({ assignment: assignmentOf(request), file: "sub-plan.js", check }, model)).script;
  } catch (error) {
    if (!(error instanceof OdwError) || error.code === "refusal" || error.code === "aborted") throw error;
    return null;
  }
}

function assignmentOf({ prompt, reason, strategy, args }: ReplanRequest): string {
  return [
    `Write a small workflow script that does one part of a larger run, with at most ${MOST_AGENTS} agents. It may not call workflow() or plan().`,
    ...(reason ? [`Why it is needed: ${reason}`] : []),
    ...(strategy ? [`How to go about it: ${strategy}`] : []),
    ...(args === undefined ? [] : [`args: ${JSON.stringify(args).slice(0, 2000)}`]),
    `Task:\n${prompt}`,
  ].join("\n\n");
}

/** One agent does the work and another looks for what is wrong, where the task needs that: as small as a plan can be. */
async function fallbackScript(
  { prompt, args }: ReplanRequest,
  check: (source: { text: string; file: string }) => ReturnType<typeof checkScript>,
): Promise<{ text: string; file: string }> {
  const { topology } = chooseTopology(guessCharacteristics(prompt));
  const isChecked = topology === "adversarial" || topology === "hybrid";
  const given = args === undefined ? "" : "\n\nGiven:\n${JSON.stringify(args)}";
  const text = `export const meta = { name: "sub-plan", description: "One part of a larger run" };
const task = ${JSON.stringify(prompt)};
const draft = await agent(\`\${task}${given}\`, { label: "draft" });
${
    isChecked
      ? 'if (draft === null) return null;\nreturn await agent(`Correct what is wrong in this answer, and give the whole answer.\\n\\nTask:\\n${task}\\n\\nAnswer:\\n${draft}`, { label: "correct" }) ?? draft;'
      : "return draft;"
  }
`;
  const source = { text, file: "sub-plan.js" };
  const wrong = (await check(source)).problems.find(({ severity }) => severity === "error");
  if (wrong) throw new OdwError("script_failed", `no sub-script could be planned: ${wrong.message}`);
  return source;
}
