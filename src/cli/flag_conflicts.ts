// Flags that would mean nothing beside what else the command line says: each is an error, for what is ignored in silence looks done.
import { OdwError } from "../errors.ts";
import type { Invocation } from "./command.ts";

interface Rule {
  command: string;
  /** In which command lines the flags mean nothing. */
  applies: (invocation: Pick<Invocation, "args" | "options">) => boolean;
  /** Option names in camelCase. */
  flags: readonly string[];
  /** Why, and what to do instead, after "--flag " and before the final period. */
  why: string;
}

const GRANTS = ["allowWrite", "allowRun", "allowWeb", "allowMcp", "approve"];
const LIMITS = ["model", "concurrency", "maxAgents", "budgetTokens", "budgetUsd", "budgetHard", "timeout"];
const ARGS = ["args", "arg", "argsFile", "files"];
const PLANNING = ["topology", "planner", "allowContents", "save"];
const ASKING = ["wait", "onAsk", "detachOnAsk"];
const FILES = ["junit", "sarif"];

const actionOf = ({ args: [action] }: Pick<Invocation, "args">) => action;

const RULES: readonly Rule[] = [
  {
    command: "run",
    applies: ({ options }) => options.replay !== undefined,
    flags: [
      ...[...ARGS, ...LIMITS, ...GRANTS, ...PLANNING, ...ASKING, ...FILES],
      ...["strict", "yes", "dryRun", "detach", "deterministicClock"],
    ],
    why: "means nothing with --replay, which takes all from the recorded run; leave it out",
  },
  {
    command: "run",
    applies: ({ options }) => options.dryRun === true,
    flags: [...ASKING, ...FILES, "strict", "yes", "detach", "deterministicClock"],
    why: "means nothing with --dry-run, which runs nothing; leave out one of both",
  },
  {
    command: "run",
    applies: ({ options }) => options.detach === true,
    flags: ["strict"],
    why: "means nothing with --detach, which ends before the run does; give it to odw wait",
  },
  ...["run", "resume"].map((command): Rule => ({
    command,
    applies: ({ options }) => options.detachOnAsk === true,
    flags: ["onAsk"],
    why: "says something else than --detach-on-ask, which is short for --on-ask detach; give one of both",
  })),
  {
    command: "show",
    applies: ({ args, options }) => options.step !== undefined || args.length > 1,
    flags: ["estimate"],
    why: "means nothing for a single step; leave out the step",
  },
  {
    command: "show",
    applies: ({ args }) => args.length > 1,
    flags: ["step"],
    why: "names a step, and so does the word after the run; give one of both",
  },
  {
    command: "worktrees",
    applies: (line) => actionOf(line) !== "merge",
    flags: ["into"],
    why: "is for odw worktrees merge alone; leave it out",
  },
  {
    command: "worktrees",
    applies: (line) => actionOf(line) !== "remove",
    flags: ["force"],
    why: "is for odw worktrees remove alone; leave it out",
  },
  {
    command: "workflows",
    applies: (line) => !["save", "init"].includes(actionOf(line) ?? ""),
    flags: ["user", "force"],
    why: "is for odw workflows save and init alone; leave it out",
  },
  {
    command: "workflows",
    applies: (line) => ["save", "init"].includes(actionOf(line) ?? ""),
    flags: ["json"],
    why: "is for lists and odw workflows show alone; leave it out",
  },
  {
    command: "worktrees",
    applies: (line) => ["diff", "remove"].includes(actionOf(line) ?? ""),
    flags: ["json"],
    why: "is for odw worktrees list and merge alone; leave it out",
  },
];

/** Throws OdwError `usage` that names the flag, why it means nothing, and what to do. */
export function refuseConflicts(invocation: Invocation): void {
  const { spec, options } = invocation;
  for (const rule of RULES) {
    if (rule.command === spec.name && rule.applies(invocation)) refuse(rule.flags, { options, why: rule.why });
  }
}

/** For `odw run` with a script or a saved workflow: what tells how to plan a task has nothing to plan. Throws OdwError `usage`. */
export function refusePlanning({ options, args }: Invocation): void {
  const target = JSON.stringify(args[0] ?? "");
  refuse(PLANNING, {
    options,
    why: `is for a task in words, and ${target} is taken for a script, which runs as it is; leave it out`,
  });
}

/** For `odw run --dry-run` with a script, which prints what odw check prints. Throws OdwError `usage`. */
export function refuseForCheck({ options }: Invocation): void {
  if (options.output === "stream-json") {
    throw new OdwError(
      "usage",
      "--output stream-json means nothing with --dry-run, which runs nothing: give --output json",
    );
  }
}

/** For `odw run --dry-run` with a task: the plan is printed for people. Throws OdwError `usage`. */
export function refuseForPlan({ options }: Invocation): void {
  const why = "means nothing for the plan of a task, which --dry-run prints for people: use odw plan --json";
  if (options.dryRun === true && options.output !== "text") refuse(["output"], { options, why });
}

function refuse(names: readonly string[], { options, why }: Pick<Invocation, "options"> & { why: string }): void {
  const given = names.find((name) => options[name] !== undefined);
  if (given) throw new OdwError("usage", `${flagOf(given)} ${why}`);
}

function flagOf(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
