// The commands that carry a run: their words for the parser, help and completion.
import type { CommandSpec } from "../command.ts";
import { collected } from "../option_values.ts";
import { PLANNING } from "./plan_commands.ts";
import { GRANTS } from "../grant_flags.ts";
import { ARGS, CWD, EXIT_CODES, FILES_LEFT, FOREGROUND, LIMITS } from "./shared_options.ts";

export const RUN: CommandSpec = {
  name: "run",
  summary: "Run a workflow script, or plan a task and run it",
  arguments: [
    {
      usage: "[script]",
      description: "a .js or .mjs file, the name of a saved workflow, or a task in words",
      candidates: "scripts",
    },
    { usage: "[words...]", description: "text that the script receives as its args" },
  ],
  options: [
    ...ARGS,
    {
      flags: "--files <path...>",
      description: "text files and folders that the script receives as args.files",
      parse: collected,
      candidates: "files",
    },
    ...LIMITS,
    ...GRANTS,
    CWD,
    ...FOREGROUND,
    ...FILES_LEFT,
    ...PLANNING,
    { flags: "--detach", description: "print the run's id at once, and run in the background" },
    {
      flags: "--replay <run>",
      description: "answer every agent from that run's journal, without network; fail where it differs",
      candidates: "runs",
    },
    { flags: "--deterministic-clock", description: "Date.now() and Math.random() give journaled values, not errors" },
  ],
  examples: [
    ["odw run review.js", "run a script in the current folder"],
    [`odw run "review src for bugs"`, "plan a task, show the plan, and run it when you agree"],
    ["odw run review.js the parser, please", "with text as args"],
    [`odw run audit --arg depth=2 --arg 'paths=["src"]'`, "a saved workflow, with an object as args"],
    ["odw run summarize --files README.md src", "a built-in workflow over files"],
    ["odw run report.js --output json | jq .result", "the result for another program"],
    ["odw run fix.js --allow-write=src --allow-run=npm", "agents may change files in src, and start npm"],
    ["odw run fix.js --approve", "ask before each change, command, page or MCP call"],
    ["odw run big.js --concurrency 64 --budget-usd 5", "with limits"],
    ["odw wait $(odw run big.js --detach)", "in the background, and wait for it"],
    ["odw run --replay last review.js", "check an edited script against a recorded run"],
  ],
  notes: EXIT_CODES,
  providers: true,
  load: () => import("../commands/run.ts"),
};

export const RESUME: CommandSpec = {
  name: "resume",
  summary: "Go on with a run: what is recorded costs nothing",
  arguments: [{
    usage: "[run]",
    description: "a run's id, the beginning of one, or last (default: the newest that can go on)",
    candidates: "runs",
  }],
  options: [
    ...ARGS,
    {
      flags: "--script <file>",
      description: "an edited script; the steps that it did not change keep their answers",
      candidates: "files",
    },
    ...LIMITS,
    ...GRANTS,
    { ...CWD, description: "work in this folder instead of the recorded one" },
    ...FOREGROUND,
    ...FILES_LEFT,
  ],
  examples: [
    ["odw resume", "the newest run that can go on"],
    ["odw resume 01J9 --budget-tokens 2M", "a paused run, with more to spend"],
    ["odw resume last --script review.js", "with the script as it is now"],
  ],
  notes: EXIT_CODES,
  providers: true,
  load: () => import("../commands/resume.ts"),
};
