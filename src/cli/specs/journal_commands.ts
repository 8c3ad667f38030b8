// The commands that read and keep the journal.
import type { CommandSpec } from "../command.ts";
import { age, collected, oneOf, wholeNumber } from "../option_values.ts";
import { JSON_OUTPUT, RUN_ARGUMENT, RUNS_ARGUMENT } from "./shared_options.ts";

const STATUSES = ["queued", "running", "paused", "waiting", "interrupted", "completed", "failed", "cancelled"] as const;

export const LS: CommandSpec = {
  name: "ls",
  summary: "List runs, newest first",
  arguments: [],
  options: [
    { flags: "--limit <n>", description: "at most this many (default: 20)", parse: wholeNumber("--limit") },
    {
      flags: "--status <status>",
      description: "only runs in this status; may be repeated",
      parse: (text, before) => collected(oneOf("--status", STATUSES)(text), before),
      candidates: STATUSES,
    },
    { flags: "-w, --watch", description: "show changes as they come, until Ctrl-C" },
    JSON_OUTPUT,
  ],
  examples: [
    ["odw ls", "the newest 20 runs"],
    ["odw ls --status failed --json", "failed runs, for another program"],
  ],
  providers: false,
  load: () => import("../commands/ls.ts"),
};

export const SHOW: CommandSpec = {
  name: "show",
  summary: "Show a run: phases, steps, failures, result",
  arguments: [RUN_ARGUMENT, { usage: "[step]", description: "one step in full, as --step" }],
  options: [
    { flags: "--estimate", description: "with what a check says that the run should have needed" },
    { flags: "--step <step>", description: "one step in full: its id, the beginning of one, or its label" },
    { flags: "--json", description: "print JSON: the run with its steps, or with --step an array of steps" },
  ],
  examples: [
    ["odw show last", "the newest run"],
    ["odw show 01J9 --step 'review src/a.ts'", "what one agent was asked, and what it answered"],
    ["odw show last --json | jq '.steps[].usage'", "for another program"],
  ],
  providers: false,
  load: () => import("../commands/show.ts"),
};

export const LOGS: CommandSpec = {
  name: "logs",
  summary: "Print what happened in a run, one line for each event",
  arguments: [RUN_ARGUMENT],
  options: [
    { flags: "-f, --follow", description: "go on until the run ends" },
    { flags: "--json", description: "print events as JSON, one a line" },
  ],
  examples: [
    ["odw logs last", "all events so far"],
    ["odw logs last -f", "and those to come"],
  ],
  providers: false,
  load: () => import("../commands/logs.ts"),
};

const REPORT_FORMATS = ["html", "md", "json"] as const;

export const REPORT: CommandSpec = {
  name: "report",
  summary: "Write one file about a run that opens anywhere",
  arguments: [RUN_ARGUMENT],
  options: [
    {
      flags: "-o, --output <file>",
      description: "where to: .html, .md or .json (default: stdout)",
      candidates: "files",
    },
    {
      flags: "--format <format>",
      description: `${REPORT_FORMATS.join(", ")} (default: as the file ends, md on stdout)`,
      parse: oneOf("--format", REPORT_FORMATS),
      candidates: REPORT_FORMATS,
    },
  ],
  examples: [
    ["odw report last -o report.html", "answer, census, timeline, cost, failures, log and script in one page"],
    ["odw report last | less", "as Markdown"],
  ],
  providers: false,
  load: () => import("../commands/report.ts"),
};

export const EXPORT: CommandSpec = {
  name: "export",
  summary: "Print a run's journal, for odw import elsewhere",
  arguments: [RUN_ARGUMENT],
  options: [],
  examples: [["odw export last > run.jsonl", "everything that was recorded, one JSON object a line"]],
  providers: false,
  load: () => import("../commands/export.ts"),
};

export const IMPORT: CommandSpec = {
  name: "import",
  summary: "Take over a run that odw export printed",
  arguments: [{ usage: "<file>", description: "the exported file, - for standard input", candidates: "files" }],
  options: [],
  examples: [
    ["odw import run.jsonl", "prints the run's id"],
    ["ssh host odw export last | odw import -", "from another machine"],
  ],
  providers: false,
  load: () => import("../commands/import.ts"),
};

export const RM: CommandSpec = {
  name: "rm",
  summary: "Delete runs",
  arguments: [RUNS_ARGUMENT],
  options: [],
  examples: [["odw rm 01J9A 01J9B", "runs that are not running"]],
  providers: false,
  worktrees: true,
  load: () => import("../commands/rm.ts"),
};

export const GC: CommandSpec = {
  name: "gc",
  summary: "Delete old runs",
  arguments: [],
  options: [
    { flags: "--older <age>", description: "runs that started longer ago, as 30d, 2w or 12h", parse: age("--older") },
    { flags: "--dry-run", description: "print what would be deleted, and delete nothing" },
  ],
  examples: [
    ["odw gc --older 30d --dry-run", "what would go"],
    ["odw gc --older 30d", "runs of more than a month ago that nothing works on"],
  ],
  providers: false,
  worktrees: true,
  load: () => import("../commands/gc.ts"),
};

export const DB: CommandSpec = {
  name: "db",
  summary: "Check the journal's database",
  arguments: [{ usage: "<action>", description: "check", candidates: ["check"] }],
  options: [{ flags: "--repair", description: "write anew what the runs' events tell" }, JSON_OUTPUT],
  examples: [
    ["odw db check", "where it is, what it holds, and whether it is sound"],
    ["odw db check --repair", "and mend the rows of runs that do not agree with their events"],
  ],
  providers: false,
  load: () => import("../commands/db.ts"),
};
