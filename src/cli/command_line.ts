// A command line, read: which command, which arguments and options, or which help.
import { Command, CommanderError } from "commander";
import { OdwError } from "../errors.ts";
import { didYouMean } from "./closest.ts";
import type { CommandSpec, Invocation } from "./command.ts";
import { COMMANDS } from "./command_table.ts";
import { refuseConflicts } from "./flag_conflicts.ts";

export type CommandLine =
  | { type: "invocation"; invocation: Invocation }
  | { type: "help"; text: string }
  | { type: "version" }
  | { type: "nothing" };

/** Throws OdwError `usage` that names what is wrong and what is near. `columns`: width of help texts. */
export function readCommandLine(argv: string[], columns: number): CommandLine {
  const [first, ...rest] = argv;
  if (first === undefined) return { type: "nothing" };
  if (first === "--version" || first === "-V") return { type: "version" };
  if (first === "--help" || first === "-h") return { type: "help", text: overview() };
  if (first === "help") {
    return rest[0] ? readCommandLine([rest[0], "--help"], columns) : { type: "help", text: overview() };
  }
  return readCommand(findCommand(first), rest, columns);
}

/** The page that `odw --help` prints. */
export function overview(): string {
  const usages = COMMANDS.map((spec) => [spec.name, ...spec.arguments.map(({ usage }) => usage)].join(" "));
  const width = Math.max(...usages.map((usage) => usage.length));
  const lines = COMMANDS.map((spec, index) => `  ${(usages[index] ?? "").padEnd(width)}  ${spec.summary}`);
  return `odw runs workflow scripts: JavaScript that directs AI agents

Usage: odw <command> [options]

Commands:
${lines.join("\n")}

Options:
  ${"-V, --version".padEnd(width)}  print the version
  ${"-h, --help".padEnd(width)}  print help; odw <command> --help has flags and examples

Examples:
  $ odw run review.js
  $ odw show last
`;
}

function findCommand(name: string): CommandSpec {
  const found = COMMANDS.find((spec) => spec.name === name);
  if (found) return found;
  if (name.startsWith("-")) {
    const near = didYouMean(name, ["--help", "--version"]);
    throw new OdwError("usage", `unknown option ${JSON.stringify(name)}${near}; flags stand after the command`);
  }
  if (/\.m?js$/i.test(name)) {
    throw new OdwError("usage", `${JSON.stringify(name)} is not a command; try: odw run ${name}`);
  }
  const near = didYouMean(name, COMMANDS.map((spec) => spec.name));
  throw new OdwError("usage", `unknown command ${JSON.stringify(name)}${near || "; see odw --help"}`);
}

function readCommand(spec: CommandSpec, words: string[], columns: number): CommandLine {
  const command = toCommander(spec);
  let help = "";
  command.exitOverride().configureOutput({
    writeOut: (text) => void (help += text),
    writeErr: () => {},
    getOutHelpWidth: () => Math.max(40, Math.min(columns, 100)),
    getErrHelpWidth: () => 80,
    getOutHasColors: () => false,
    getErrHasColors: () => false,
  });
  try {
    command.parse(spec.isRaw ? words : withEquals(words, spec), { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return { type: "help", text: help };
    throw usageError(error, spec);
  }
  const invocation = { spec, args: command.args, options: command.opts() };
  refuseConflicts(invocation);
  return { type: "invocation", invocation };
}

/** An option whose value needs "=" takes no word that follows it: bare, it means all. */
function withEquals(words: string[], { name, options }: CommandSpec): string[] {
  const bare = new Set(options.filter((option) => option.needsEquals).map(({ flags }) => flags.split(" ")[0]!));
  const end = words.indexOf("--");
  return words.map((word, at) => {
    if (!bare.has(word) || (end >= 0 && at > end)) return word;
    refuseMeantValue(word, words[at + 1], name);
    return `${word}=*`;
  });
}

/** `--allow-run npm` would permit any program: what looks like a value of it is not passed over. */
function refuseMeantValue(option: string, next: string | undefined, command: string): void {
  if (!/^--allow-(?:run|web|mcp)$/.test(option) || next === undefined) return;
  if (next.startsWith("-") || /\.m?js$/i.test(next)) return;
  throw new OdwError(
    "usage",
    `${option} takes its value after "=": write ${option}=${next}; or, to permit all, ${option}=* before ${
      JSON.stringify(next)
    }; see odw ${command} --help`,
  );
}

function toCommander(spec: CommandSpec): Command {
  const command = new Command(`odw ${spec.name}`).description(spec.summary).allowExcessArguments(false);
  for (const { usage, description } of spec.arguments) command.argument(usage, description);
  for (const option of spec.options) {
    if (option.parse) command.option(option.flags, option.description, option.parse);
    else command.option(option.flags, option.description);
  }
  if (spec.isRaw) command.passThroughOptions().allowUnknownOption();
  command.helpOption("-h, --help", "print this help").addHelpText("after", examples(spec));
  return command;
}

function examples(spec: CommandSpec): string {
  const lines = spec.examples.map(([line, meaning]) => `  # ${meaning}\n  $ ${line}`);
  return `\nExamples:\n${lines.join("\n")}${spec.notes ? `\n\n${spec.notes}` : ""}`;
}

function usageError(error: CommanderError, spec: CommandSpec): OdwError {
  const message = error.message.replace(/^error: /, "").replace(/\.?\n\(Did you mean (.*?)\?\)/s, "; did you mean $1?")
    .replace(/\.$/, "").replaceAll("\n", " ");
  return new OdwError("usage", `${message}${message.endsWith("?") ? "" : ";"} see odw ${spec.name} --help`, {
    cause: error,
  });
}
