// The commands that look before a run: plan and check, with the flags that planning takes.
import { TOPOLOGIES } from "../../planner.ts";
import type { CommandSpec, OptionSpec } from "../command.ts";
import { oneOf } from "../option_values.ts";
import { ARGS, CWD, JSON_OUTPUT, LIMITS } from "./shared_options.ts";

const PLANNERS = ["compose", "author", "auto"] as const;

const HOW_TO_PLAN: readonly OptionSpec[] = [
  {
    flags: "--topology <name>",
    description: `shape of the work: ${TOPOLOGIES.join(", ")} (default: chosen)`,
    parse: oneOf("--topology", TOPOLOGIES),
    candidates: TOPOLOGIES,
  },
  {
    flags: "--planner <way>",
    description: "author: a model writes the script; compose: a built-in one gets its args; auto",
    parse: oneOf("--planner", PLANNERS),
    candidates: PLANNERS,
  },
  { flags: "--allow-contents", description: "the planning model may see the beginnings of README and project files" },
  { flags: "--save <name>", description: "save the plan's script under .odw/workflows" },
];

/** What `odw run` takes when it is given a sentence instead of a script. */
export const PLANNING: readonly OptionSpec[] = [
  ...HOW_TO_PLAN,
  { flags: "-y, --yes", description: "run a plan without asking" },
  { flags: "--dry-run", description: "run nothing: show a task's plan, or what odw check says of a script" },
];

export const PLAN: CommandSpec = {
  name: "plan",
  summary: "Plan a task: script, agents, cost and permissions, running nothing",
  arguments: [{ usage: "<task...>", description: "what shall be done, in words" }],
  options: [...HOW_TO_PLAN, ...LIMITS, CWD, { ...JSON_OUTPUT, description: "print the plan as JSON" }],
  examples: [
    [`odw plan "review src/**/*.ts for bugs"`, "what would be done"],
    [`odw plan "summarize docs/*.md" --topology map-reduce --json`, "with the shape given"],
    [`odw run "review src/**/*.ts for bugs"`, "the same, then run, edit, save or cancel"],
  ],
  providers: true,
  load: () => import("../commands/plan.ts"),
};

export const CHECK: CommandSpec = {
  name: "check",
  summary: "Check a script and estimate what it will do, without network",
  arguments: [{
    usage: "<script>",
    description: "a .js or .mjs file, or the name of a saved workflow",
    candidates: "scripts",
  }],
  options: [
    ...ARGS,
    {
      flags: "--files <path...>",
      description: "text files and folders that the script receives as args.files",
      parse: (text, before) => [...(Array.isArray(before) ? before : []), text],
      candidates: "files",
    },
    ...LIMITS,
    { flags: "--graph <file>", description: "write a picture of the run: .svg or .html", candidates: "files" },
    CWD,
    { ...JSON_OUTPUT, description: "print the check as JSON" },
  ],
  examples: [
    ["odw check review.js", "problems with their places, agents, tokens, cost and time"],
    ["odw check map-reduce --args-file args.json", "a saved or built-in workflow"],
    ["odw check review.js --graph run.html", "with a picture"],
  ],
  notes: "Exit codes: 0 nothing is wrong, 1 errors were found, 2 usage or configuration",
  providers: false,
  load: () => import("../commands/check.ts"),
};
