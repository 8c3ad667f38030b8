// From what a task is to the shape of its work: the first rule that fits, from the most particular to the simplest.
import type { Characteristics, Choice, Topology } from "../planner.ts";

/** One line of the table. */
export interface ChoiceRule {
  /** In words, for the table. */
  when: string;
  topology: Topology;
  /** One sentence. */
  reason: string;
  holds(task: Characteristics): boolean;
}

const hasStages = ({ stages }: Characteristics) => stages.length >= 2;

/** In the order in which they are tried. */
export const CHOICE_RULES: readonly ChoiceRule[] = [
  {
    when: "a search, for each of many items",
    topology: "hybrid",
    reason: "Every item needs a search of its own, so the topologies are composed.",
    holds: (task) => task.isSearch && task.manyItems,
  },
  {
    when: "a search through alternatives that build on each other",
    topology: "tree-search",
    reason: "Alternatives build on each other, so they are expanded, scored, pruned and taken back.",
    holds: (task) => task.isSearch,
  },
  {
    when: "many items in stages, must be correct, and no test tells",
    topology: "hybrid",
    reason: "Many items go through stages and no test tells right from wrong, so critics are composed with the stages.",
    holds: (task) => task.manyItems && hasStages(task) && task.mustBeCorrect && !task.isTestable,
  },
  {
    when: "many items in stages",
    topology: "pipeline",
    reason: "Each item goes through the same stages, and none has to wait for the others.",
    holds: (task) => task.manyItems && hasStages(task),
  },
  {
    when: "many items that must be correct, with a test",
    topology: "pipeline",
    reason: "Each item is worked on and tested, and goes back while the test fails.",
    holds: (task) => task.manyItems && task.mustBeCorrect && task.isTestable,
  },
  {
    when: "many items that must be correct, or are a matter of judgement",
    topology: "hybrid",
    reason: "Many items are worked on alike, and what comes of them has to survive other eyes.",
    holds: (task) => task.manyItems && (task.mustBeCorrect || task.isUncertain),
  },
  {
    when: "many like items",
    topology: "map-reduce",
    reason: "Many like items are worked on side by side, and their results become one answer.",
    holds: (task) => task.manyItems,
  },
  {
    when: "one thing, a matter of judgement",
    topology: "consensus",
    reason: "Reasonable evaluators could differ, so several decide on their own and vote.",
    holds: (task) => task.isUncertain,
  },
  {
    when: "one thing that must be correct",
    topology: "adversarial",
    reason: "The answer must be correct, so critics try to refute it until nothing stands.",
    holds: (task) => task.mustBeCorrect,
  },
  {
    when: "anything else",
    topology: "pipeline",
    reason: "One piece of work needs nothing more than its own stages, one after the other.",
    holds: () => true,
  },
];

/** The simplest topology that fits, with its reason in one sentence. Pure. */
export function chooseTopology(task: Characteristics): Choice {
  const { topology, reason } = CHOICE_RULES.find((rule) => rule.holds(task)) ?? CHOICE_RULES.at(-1)!;
  return { topology, reason };
}
