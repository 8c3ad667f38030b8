// Arguments and flags that several commands take.
import type { ArgumentSpec, OptionSpec } from "../command.ts";
import { collected, dollars, milliseconds, oneOf, wholeNumber } from "../option_values.ts";

const OUTPUTS = ["text", "json", "stream-json"] as const;
const ON_ASK = ["wait", "default", "detach"] as const;

export const RUN_ARGUMENT: ArgumentSpec = {
  usage: "<run>",
  description: "a run's id, the beginning of one, or last",
  candidates: "runs",
};

export const RUNS_ARGUMENT: ArgumentSpec = { ...RUN_ARGUMENT, usage: "<runs...>" };

export const CWD: OptionSpec = {
  flags: "--cwd <folder>",
  description: "work in this folder instead of the current one",
  candidates: "folders",
};

export const JSON_OUTPUT: OptionSpec = { flags: "--json", description: "print JSON instead of a table" };

export const STRICT: OptionSpec = {
  flags: "--strict",
  description: "exit with 4 when the run completes with failed agents",
};

export const QUIET: OptionSpec = { flags: "-q, --quiet", description: "no progress; errors and warnings stay" };

export const ARGS: readonly OptionSpec[] = [
  { flags: "--args <value>", description: "args as JSON, or as text" },
  { flags: "--arg <key=value>", description: "one member of args; may be repeated", parse: collected },
  { flags: "--args-file <file>", description: "args from a file, - for standard input", candidates: "files" },
];

export const LIMITS: readonly OptionSpec[] = [
  { flags: "--model <id>", description: "default model of the run: an id, provider/id or an alias" },
  { flags: "--concurrency <n>", description: "agents at once", parse: wholeNumber("--concurrency") },
  { flags: "--max-agents <n>", description: "agents in all", parse: wholeNumber("--max-agents") },
  {
    flags: "--budget-tokens <n>",
    description: "output tokens in all, as 500k",
    parse: wholeNumber("--budget-tokens"),
  },
  { flags: "--budget-usd <amount>", description: "US dollars in all", parse: dollars("--budget-usd") },
  { flags: "--budget-hard", description: "never overshoot the token budget; at a budget's end, pause" },
  { flags: "--timeout <time>", description: "wall time of the run, as 90s or 2h", parse: milliseconds("--timeout") },
];

/** How a run in the foreground waits, asks and reports. */
export const FOREGROUND: readonly OptionSpec[] = [
  { flags: "--wait", description: "when a provider's quota pauses the run, go on when the quota is there again" },
  {
    flags: "--on-ask <policy>",
    description: `what a question does: ${ON_ASK.join(", ")} (wait in a terminal, else default)`,
    parse: oneOf("--on-ask", ON_ASK),
    candidates: ON_ASK,
  },
  { flags: "--detach-on-ask", description: "at a question, stop with exit code 3 until it is answered and resumed" },
  {
    flags: "--output <format>",
    description: `what stdout receives: ${OUTPUTS.join(", ")} (default: text)`,
    parse: oneOf("--output", OUTPUTS),
    candidates: OUTPUTS,
  },
  STRICT,
  QUIET,
];

/** What a run leaves for CI. */
export const FILES_LEFT: readonly OptionSpec[] = [
  { flags: "--junit <file>", description: "write the agents as JUnit test cases", candidates: "files" },
  {
    flags: "--sarif <file>",
    description: "write the result's findings (file, line, title) as SARIF",
    candidates: "files",
  },
];

export const EXIT_CODES =
  "Exit codes: 0 completed, 1 failed, 2 usage or configuration, 3 paused or\nwaiting, 4 completed with failed agents (--strict), 130 cancelled";
