// What kind of task it is: asked of the planning model by a small schema, or guessed from words.
import { isJsonObject, type Json, type JsonSchema } from "../json.ts";
import type { Characteristics } from "../planner.ts";
import type { PlanningModel } from "./planning_model.ts";

const SYSTEM = "You classify tasks so that a program can choose how to organise AI agents for them. " +
  "Judge the task as it is worded; where it says nothing, choose the simpler answer.";

const SCHEMA: JsonSchema = {
  type: "object",
  properties: {
    manyItems: {
      type: "boolean",
      description: "Many like items are worked on in the same way (files, tickets, papers)",
    },
    itemSource: {
      type: ["string", "null"],
      description: "A glob such as src/**/*.ts that lists the items, else a short sentence; null without items",
    },
    stages: {
      type: "array",
      items: { type: "string" },
      description: "Ordered stages that each item goes through, two or three words each; empty when one step does it",
    },
    mustBeCorrect: { type: "boolean", description: "A wrong answer does harm; plausible is not enough" },
    isTestable: { type: "boolean", description: "A test or a command tells right from wrong" },
    isUncertain: { type: "boolean", description: "Judgement: reasonable evaluators could differ" },
    isSearch: {
      type: "boolean",
      description: "A search through alternatives that build on each other, as puzzles or designs",
    },
  },
  required: ["manyItems", "itemSource", "stages", "mustBeCorrect", "isTestable", "isUncertain", "isSearch"],
};

const MOST_STAGES = 8;
const STAGE_CHARS = 80;

/** Throws what the model throws. */
export async function characterise(
  { task, survey }: { task: string; survey: string },
  model: PlanningModel,
): Promise<Characteristics> {
  const prompt = `Classify this task.\n\nWorkspace:\n${survey}\n\nTask:\n${task}`;
  return sane(await model.ask({ prompt, system: SYSTEM, schema: SCHEMA }));
}

/** Answers that contradict themselves are brought in line. */
function sane(answer: Json): Characteristics {
  const given = isJsonObject(answer) ? answer : {};
  const stages = Array.isArray(given.stages) ? given.stages : [];
  const named = stages.flatMap((stage) => typeof stage === "string" && stage.trim() ? [stage.trim()] : []);
  const source = typeof given.itemSource === "string" ? given.itemSource.trim() : "";
  const manyItems = given.manyItems === true;
  return {
    manyItems,
    itemSource: manyItems && source !== "" && source.toLowerCase() !== "null" ? source : null,
    stages: [...new Set(named)].slice(0, MOST_STAGES).map((stage) => stage.slice(0, STAGE_CHARS)),
    mustBeCorrect: given.mustBeCorrect === true,
    isTestable: given.isTestable === true,
    isUncertain: given.isUncertain === true,
    isSearch: given.isSearch === true,
  };
}

const GLOB = /(?:^|\s)["'`]?((?:[\w.@-]+\/)*(?:[\w.@-]*\*[\w.*{},/-]*))["'`]?/;

/** Without any model: what the words of the task say. */
export function guessCharacteristics(task: string): Characteristics {
  const says = (words: RegExp) => words.test(task);
  const glob = GLOB.exec(task)?.[1] ?? null;
  const manyItems = glob !== null ||
    says(/\b(each|every|all (?:the )?\w+s|these|files|documents|modules|tickets|papers|reviews|records)\b/i);
  const steps = task.split(/\s*(?:,? then |→|->|;)\s*/i).map((step) => step.trim()).filter(Boolean);
  return {
    manyItems,
    itemSource: glob,
    stages: steps.length >= 2 ? steps.slice(0, MOST_STAGES).map((step) => step.slice(0, STAGE_CHARS)) : [],
    mustBeCorrect: says(/\b(correct|verif|prove|bugs?|security|vulnerab|audit|exact|must|migrat|fix)/i),
    isTestable: says(/\b(tests?|compiles?|builds?|lint|type-?check)\b/i),
    isUncertain: says(/\b(best|decide|choose|which|compare|rate|rank|should we|opinion|evaluate|judge|recommend)\b/i),
    isSearch: says(/\b(puzzle|explore|search for a|design space|optimi[sz]e|alternatives|strategy)\b/i),
  };
}
