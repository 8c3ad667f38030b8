// Answers a shell that asks what could stand at the end of a command line.
import type { Candidates, CommandContext, CommandSpec, OptionSpec } from "./command.ts";
import { COMMANDS } from "./command_table.ts";
import { EXIT } from "./exit_codes.ts";
import { safeLine } from "./terminal_text.ts";
import type { World } from "./world.ts";

interface Candidate {
  value: string;
  description: string;
}

interface Place {
  /** Absent: only what `fixed` holds. */
  candidates?: Candidates;
  /** What is typed so far. */
  current: string;
  /** Stands before each value: `--output=`. */
  prefix: string;
  fixed: Candidate[];
}

/** `words`: all after the program's name, the last one being typed. Prints candidates, one a line, and `:files` for file names. */
export async function complete(words: string[], { world, printer }: CommandContext): Promise<number> {
  const place = placeOf(words.map((word) => word === '""' ? "" : word));
  const found = [...place.fixed, ...await valuesOf(place.candidates, world)];
  const lines = found.filter(({ value }) => value.startsWith(place.current))
    .map(({ value, description }) => `${place.prefix}${value}\t${safeLine(description).slice(0, 100)}`);
  const wantsFiles = ["scripts", "files", "folders"].includes(String(place.candidates));
  await printer.out([...lines, ...(wantsFiles ? [":files"] : [])].map((line) => `${line}\n`).join(""));
  return EXIT.ok;
}

function placeOf(words: string[]): Place {
  const [name = "", ...rest] = words;
  const spec = COMMANDS.find((command) => command.name === name);
  if (words.length <= 1) {
    return { candidates: "commands", current: name, prefix: "", fixed: name.startsWith("-") ? GLOBAL_OPTIONS : [] };
  }
  if (!spec) return { current: "", prefix: "", fixed: [] };
  if (spec.isRaw && !rest.at(0)?.startsWith("-")) return placeOf(rest);
  return placeInCommand(spec, splitEquals(rest));
}

const GLOBAL_OPTIONS: Candidate[] = [
  { value: "--help", description: "print help" },
  { value: "--version", description: "print the version" },
];

/** bash makes three words of `--output=te`. */
function splitEquals(words: string[]): string[] {
  return words.filter((word, i) => !(word === "=" && words[i - 1]?.startsWith("--") && i < words.length - 1))
    .map((word, i, kept) => word === "=" && i === kept.length - 1 ? "" : word);
}

function placeInCommand(spec: CommandSpec, words: string[]): Place {
  const current = words.at(-1) ?? "";
  const before = words.slice(0, -1);
  const equals = /^(--[\w-]+=)(.*)$/s.exec(current);
  if (equals) return valuePlace(findOption(spec, (equals[1] ?? "").slice(0, -1)), equals[2] ?? "", equals[1] ?? "");
  const opened = findOption(spec, before.at(-1) ?? "");
  if (opened && takesValue(opened)) return valuePlace(opened, current, "");
  if (current.startsWith("-") && !before.includes("--")) return { current, prefix: "", fixed: flagsOf(spec) };
  const position = positionals(spec, before);
  const argument = spec.arguments[Math.min(position, spec.arguments.length - 1)];
  const isTooMany = position >= spec.arguments.length && !argument?.usage.includes("...");
  if (!argument?.candidates || isTooMany) return { current, prefix: "", fixed: [] };
  return { candidates: argument.candidates, current, prefix: "", fixed: [] };
}

function valuePlace(option: OptionSpec | undefined, current: string, prefix: string): Place {
  return { ...(option?.candidates ? { candidates: option.candidates } : {}), current, prefix, fixed: [] };
}

function flagsOf(spec: CommandSpec): Candidate[] {
  const flags = spec.options.map((option) => ({ value: longFlag(option), description: option.description }));
  return [...flags, { value: "--help", description: "print this help" }];
}

function findOption(spec: CommandSpec, word: string): OptionSpec | undefined {
  return word.startsWith("-") ? spec.options.find(({ flags }) => flags.split(/[ ,]+/).includes(word)) : undefined;
}

function takesValue({ flags }: OptionSpec): boolean {
  return flags.includes("<");
}

function longFlag({ flags }: OptionSpec): string {
  return /--[\w-]+/.exec(flags)?.[0] ?? flags;
}

/** How many arguments stand before. */
function positionals(spec: CommandSpec, words: string[]): number {
  let found = 0;
  for (let i = 0; i < words.length; i++) {
    const option = findOption(spec, words[i] ?? "");
    if (option && takesValue(option)) i++;
    else if (!(words[i] ?? "").startsWith("-")) found++;
  }
  return found;
}

/** Names from the engine; none when it cannot be asked, for a shell that completes shows no errors. */
async function valuesOf(candidates: Candidates | undefined, world: World): Promise<Candidate[]> {
  if (candidates === undefined || candidates === "files" || candidates === "folders") return [];
  if (candidates === "commands") return COMMANDS.map(({ name, summary }) => ({ value: name, description: summary }));
  if (typeof candidates !== "string") return candidates.map((value) => ({ value, description: "" }));
  try {
    const { engine } = await world.connect({ providers: false }, {});
    await using _engine = engine;
    if (candidates === "scripts") {
      return (await engine.workflows()).map(({ name, description }) => ({ value: name, description }));
    }
    const runs = await engine.list({ limit: 30 });
    const last = runs.length ? [{ value: "last", description: "the newest run" }] : [];
    return [...last, ...runs.map(({ id, name, status }) => ({ value: id, description: `${name}, ${status}` }))];
  } catch {
    return [];
  }
}
