// The commands that watch and steer a run, whichever process it runs in.
import type { CommandSpec } from "../command.ts";
import { EXIT_CODES, QUIET, RUN_ARGUMENT, RUNS_ARGUMENT, STRICT } from "./shared_options.ts";

export const WATCH: CommandSpec = {
  name: "watch",
  summary: "Watch a run of any process until it stops",
  arguments: [RUN_ARGUMENT],
  options: [],
  examples: [
    ["odw watch last", "the live view; Ctrl-C leaves the run alone"],
    ["odw watch last 2>&1 | tee run.log", "plain lines where there is no terminal"],
  ],
  notes: "In a terminal, questions of the run can be answered here.",
  providers: false,
  load: () => import("../commands/watch.ts"),
};

export const WAIT: CommandSpec = {
  name: "wait",
  summary: "Wait until runs stop; exit with the run's code",
  arguments: [RUNS_ARGUMENT],
  options: [STRICT, QUIET],
  examples: [
    ["odw wait last", "exit as that run does"],
    ["odw wait 01J9A 01J9B", "both; the worst code counts"],
  ],
  notes: EXIT_CODES,
  providers: false,
  load: () => import("../commands/wait.ts"),
};

export const PAUSE: CommandSpec = {
  name: "pause",
  summary: "Let running agents finish and start no other",
  arguments: [RUN_ARGUMENT],
  options: [],
  examples: [["odw pause last", "the newest run; odw resume goes on"]],
  providers: false,
  load: () => import("../commands/pause.ts"),
};

export const CANCEL: CommandSpec = {
  name: "cancel",
  summary: "Stop a run at once",
  arguments: [RUN_ARGUMENT],
  options: [],
  examples: [["odw cancel 01J9", "what was done stays recorded"]],
  providers: false,
  load: () => import("../commands/cancel.ts"),
};

export const SKIP: CommandSpec = {
  name: "skip",
  summary: "End one running agent: its call returns null",
  arguments: [RUN_ARGUMENT, {
    usage: "<step>",
    description: "a running step's id, the beginning of one, or its label",
  }],
  options: [],
  examples: [["odw skip last 'review src/a.ts'", "the script goes on without that answer"]],
  providers: false,
  load: () => import("../commands/skip.ts"),
};

export const RESPOND: CommandSpec = {
  name: "respond",
  summary: "Answer the question of a waiting run",
  arguments: [RUN_ARGUMENT, { usage: "<answer...>", description: "the answer: one of the choices, if there are any" }],
  options: [],
  examples: [
    ["odw respond last yes", "the run goes on where it runs"],
    ["odw respond last yes && odw resume last", "a run that left at its question (--detach-on-ask)"],
  ],
  providers: false,
  load: () => import("../commands/respond.ts"),
};
