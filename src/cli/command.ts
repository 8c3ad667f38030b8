// What a command of the command line is: its words for the parser, help and completion, and the module that does it.
import type { Printer } from "./printer.ts";
import type { World } from "./world.ts";

/** What can stand in a place of the command line, for completion. */
export type Candidates = "scripts" | "runs" | "commands" | "files" | "folders" | readonly string[];

export interface ArgumentSpec {
  /** As in usage lines: `<run>`, `[words...]`. */
  usage: string;
  description: string;
  candidates?: Candidates;
}

export interface OptionSpec {
  /** As in usage lines: `-q, --quiet` or `--model <id>`. */
  flags: string;
  description: string;
  candidates?: Candidates;
  /** The value of one occurrence; `before` is what earlier occurrences gave. Throws OdwError `usage`. */
  parse?: (text: string, before: unknown) => unknown;
  /** Of an option with an optional value: the value follows "=" only; without one, `parse` gets "*". */
  needsEquals?: boolean;
}

export interface CommandSpec {
  name: string;
  summary: string;
  arguments: ArgumentSpec[];
  options: OptionSpec[];
  /** Command lines with what they do. */
  examples: [line: string, meaning: string][];
  /** Stands in help after the options. */
  notes?: string;
  /** False: reads the journal only, and gets no network. */
  providers: boolean;
  /** Works on the worktrees of agents. */
  worktrees?: boolean;
  /** All after the name is taken as it is: another command line. */
  isRaw?: boolean;
  load(): Promise<CommandModule>;
}

/** One command line, read. */
export interface Invocation {
  spec: CommandSpec;
  args: string[];
  /** By the option's name in camelCase. */
  options: Readonly<Record<string, unknown>>;
}

export interface CommandContext {
  world: World;
  printer: Printer;
}

export interface CommandModule {
  /** Returns the exit code. Throws OdwError. */
  execute(invocation: Invocation, context: CommandContext): Promise<number>;
}
