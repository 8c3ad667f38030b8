// From a sentence to a checked plan: look, characterise, choose, write, check.
import { OdwError } from "../errors.ts";
import type { Json } from "../json.ts";
import type { Characteristics, Check, Choice, Plan, PlanRequest } from "../planner.ts";
import { planHash } from "../plan_hash.ts";
import { writeScript } from "./author.ts";
import { characterise, guessCharacteristics } from "./characterise.ts";
import { checkScript } from "./check.ts";
import { chooseTopology } from "./choose_topology.ts";
import { composeBuiltIn } from "./compose_built_in.ts";
import type { PlannerParts } from "./open.ts";
import { findPlanningModel, isUnreachable, type PlanningModel } from "./planning_model.ts";
import { type Survey, surveyText, surveyWorkspace } from "./survey.ts";
import { wantedFlags } from "./wants.ts";

export type PlanParts = PlannerParts & { signal: AbortSignal };

/** What has been found out so far. */
export interface Draft {
  request: PlanRequest;
  survey: Survey;
  characteristics: Characteristics;
  choice: Choice;
  model: PlanningModel | null;
  notes: string[];
}

export interface Written {
  way: Plan["way"];
  script: Plan["script"];
  args: Json;
  check: Check;
}

/** See Planner.plan. */
export async function makePlan(request: PlanRequest, parts: PlanParts): Promise<Plan> {
  if (!request.task.trim()) {
    throw new OdwError("usage", 'nothing to plan: say what shall be done, as odw plan "review src"');
  }
  const notes: string[] = [];
  const model = modelFor(request, parts, notes);
  const survey = await surveyWorkspace(parts, { allowContents: request.allowContents, signal: parts.signal });
  const known = await characteristicsOf({ request, survey, model, notes });
  const choice = request.topology
    ? { topology: request.topology, reason: "It was asked for with --topology." }
    : chooseTopology(known.characteristics);
  const draft: Draft = { request, survey, choice, notes, ...known };
  const written = await write(draft, parts);
  const { settings } = parts;
  const wants = wantedFlags(written.check.tools, { ...parts, testCommand: survey.testCommand });
  const hash = await planHash({ script: written.script.text, args: written.args, grants: settings.grants });
  return { task: request.task, choice, characteristics: known.characteristics, notes, ...written, wants, hash };
}

function modelFor({ planner }: PlanRequest, parts: PlanParts, notes: string[]): PlanningModel | null {
  try {
    const model = findPlanningModel(parts, parts.signal);
    if (model) return model;
    if (planner === "author") {
      throw new OdwError(
        "config",
        "--planner author needs a model: set models.planning or models.default in config.json",
      );
    }
    notes.push("No model is configured: the plan was made by rules alone, from the words of the task.");
    return null;
  } catch (error) {
    if (planner === "author" || !(error instanceof OdwError) || error.code !== "config") throw error;
    notes.push(`The planning model cannot be used (${error.message}): the plan was made by rules alone.`);
    return null;
  }
}

interface Asked {
  request: PlanRequest;
  survey: Survey;
  model: PlanningModel | null;
  notes: string[];
}

/** `model` becomes null where it cannot be reached: then it is not asked again. */
async function characteristicsOf(
  { request, survey, model, notes }: Asked,
): Promise<{ characteristics: Characteristics; model: PlanningModel | null }> {
  const guessed = guessCharacteristics(request.task);
  if (!model) return { characteristics: guessed, model };
  try {
    const characteristics = await characterise({ task: request.task, survey: surveyText(survey) }, model);
    return { characteristics, model };
  } catch (error) {
    if (!(error instanceof OdwError)) throw error;
    if (error.code === "refusal") throw declined(model, error);
    if (!isUnreachable(error)) {
      notes.push(
        `${model.name} did not say what kind of task this is (${error.message}): its words were read by rules.`,
      );
      return { characteristics: guessed, model };
    }
    if (request.planner === "author") {
      throw new OdwError("config", `--planner author cannot reach ${model.name}: ${error.message}`, { cause: error });
    }
    notes.push(`${model.name} cannot be reached (${error.message}): the plan was made by rules alone.`);
    return { characteristics: guessed, model: null };
  }
}

function declined(model: PlanningModel, cause: OdwError): OdwError {
  return new OdwError("refusal", `${model.name} declined to plan this task: ${cause.message}`, { cause });
}

async function write(draft: Draft, parts: PlanParts): Promise<Written> {
  const { request: { planner }, model } = draft;
  const mayAuthor = model !== null && (planner === "author" || planner === "auto" && !model.isLocal);
  const authored = mayAuthor ? await author(draft, model, parts) : null;
  return authored ?? await composeBuiltIn(draft, parts);
}

/** null: the author did not come to a script that passes. */
async function author(draft: Draft, model: PlanningModel, parts: PlanParts): Promise<Written | null> {
  const { request: { task, limits }, notes } = draft;
  const options = { args: { task }, model: undefined, limits };
  try {
    const { script, check, repairs, problems } = await writeScript({
      assignment: assignmentOf(draft),
      file: "plan.js",
      check: (source) => checkScript(source, options, parts),
    }, model);
    if (script && check) {
      if (repairs > 0) {
        notes.push(
          `${model.name} wrote the script; the check sent it back ${repairs === 1 ? "once" : `${repairs} times`}.`,
        );
      }
      return { way: "author", script, args: { task }, check };
    }
    const last = problems[0]?.message.split("\n")[0] ?? "it had errors";
    notes.push(
      `${model.name} wrote no script that passes the check in ${
        repairs + 1
      } attempts (${last}): a built-in topology is used.`,
    );
  } catch (error) {
    if (!(error instanceof OdwError) || parts.signal.aborted) throw error;
    if (error.code === "refusal") throw declined(model, error);
    notes.push(`${model.name} wrote no script (${error.message}): a built-in topology is used.`);
  }
  return null;
}

function assignmentOf({ request: { task, limits }, survey, characteristics, choice }: Draft): string {
  return [
    "Write a workflow script for the task below. args is { task }.",
    `Shape of the work: ${choice.topology}. ${choice.reason}`,
    `What is known of the task: ${JSON.stringify(characteristics)}`,
    `Limits: at most ${limits.agents} agents, ${limits.concurrency} at once.`,
    `Workspace:\n${surveyText(survey)}`,
    `Task:\n${task}`,
  ].join("\n\n");
}
