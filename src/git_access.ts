// What a call of git may do: the tool decides with it, and the terminal ring, which starts programs, decides again.
import { GIT_READ_FORMS, type GitReadForm } from "./git_read_forms.ts";

/** "read": it can only read the repository that holds its folder. "run": it may do more, and "git" must be granted; `why` is half a sentence. */
export type GitAccess = { access: "read" } | { access: "run"; why: string };

/** Stand before the arguments of a call that only reads: whatever the repository's configuration says, nothing but git is started. */
export const SAFE_GIT_ARGS: readonly string[] = [
  "--no-pager",
  "--no-optional-locks",
  ...[
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "safe.bareRepository=explicit",
    "submodule.recurse=false",
    "diff.ignoreSubmodules=dirty",
    "diff.submodule=short",
    "status.submoduleSummary=false",
    "grep.fallbackToNoIndex=false",
    "log.showSignature=false",
    "color.ui=false",
  ].flatMap((setting) => ["-c", setting]),
];

/** Set for a call that only reads, over the environment of the user's choice: no network, no question, no file of settings but the repository's. */
export const SAFE_GIT_ENVIRONMENT: Readonly<Record<string, string>> = {
  GIT_ALLOW_PROTOCOL: "none",
  GIT_ASKPASS: "",
  GIT_ATTR_NOSYSTEM: "1",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_EDITOR: ":",
  GIT_NO_LAZY_FETCH: "1",
  GIT_OPTIONAL_LOCKS: "0",
  GIT_PAGER: "cat",
  GIT_TERMINAL_PROMPT: "0",
};

/** Lists what `repositoryObjection` reads. */
export const GIT_SETTINGS_ARGS: readonly string[] = ["config", "--null", "--name-only", "--show-scope", "--list"];

/**
 * Settings by which a repository starts programs in calls that only read, or has files read that lie outside it, and that no option
 * switches off.
 */
const OBJECTIONABLE =
  /^(?:filter\..*\.(?:clean|smudge|process)|diff\..*\.(?:command|textconv)|include\.path|includeif\..*\.path|core\.(?:worktree|alternaterefscommand|attributesfile|excludesfile)|gpg\.(?:.*\.)?(?:program|defaultkeycommand)|mailmap\.file|diff\.orderfile|blame\.ignorerevsfile)$/is;

/** Of options that stand before the subcommand, those that change nothing. */
const HARMLESS_GLOBALS = new Set([
  "--no-pager",
  "-P",
  "--no-optional-locks",
  "--literal-pathspecs",
  "--no-replace-objects",
]);

/** What these arguments, all that follow the word `git`, can do. Everything that is not known to read only is "run". */
export function gitAccess(args: readonly string[]): GitAccess {
  const at = args.findIndex((arg) => !HARMLESS_GLOBALS.has(arg));
  const name = args[at];
  if (name === undefined) return needsRun("no subcommand is given");
  if (name === "--version" && args.length === at + 1) return { access: "read" };
  if (name.startsWith("-")) return needsRun(`the option ${name} before the subcommand can change what git does`);
  const form = GIT_READ_FORMS.get(name);
  if (!form) return needsRun(`git ${name} is not one of the subcommands that only read`);
  const why = objection(name, form, args.slice(at + 1));
  return why === null ? { access: "read" } : needsRun(why);
}

/** The arguments of a call whose access is "read", as they are to be started, together with SAFE_GIT_ENVIRONMENT. */
export function safeGitArgs(args: readonly string[]): string[] {
  const at = args.findIndex((arg) => !HARMLESS_GLOBALS.has(arg));
  const form = GIT_READ_FORMS.get(args[at] ?? "");
  if (!form) return [...SAFE_GIT_ARGS, ...args];
  const given = args.slice(at + 1);
  const words = form.firstWord?.includes(given[0] ?? "") && given.length > 0 ? 1 : 0;
  return [...SAFE_GIT_ARGS, ...args.slice(0, at + 1 + words), ...form.safe ?? [], ...given.slice(words)];
}

/**
 * Why a call that only reads must not be made in this repository, as half a sentence; null: it may. `listing`: what GIT_SETTINGS_ARGS
 * printed there. The user's own settings count for nothing: such a call does not see them.
 */
export function repositoryObjection(listing: string): string | null {
  const entries = listing.split("\0");
  const names = entries.filter((_, at) => at % 2 === 1 && ["local", "worktree"].includes(entries[at - 1]!));
  if (names.length === 0) return "this folder is not in a git repository";
  const found = [...new Set(names.filter((name) => OBJECTIONABLE.test(name)))];
  if (found.length === 0) return null;
  return `the repository's own settings could start programs or read other files (${found.slice(0, 5).join(", ")})`;
}

/** Arguments after `--` are checked as well: it could be the value of an option, and then the rest are options. */
function objection(name: string, form: GitReadForm, args: readonly string[]): string | null {
  const words = args.filter((arg) => !arg.startsWith("-") || arg === "-");
  for (const arg of args) {
    if (arg.startsWith("-") && arg !== "--" && !isOption(form, arg)) {
      return `git ${name} with ${optionName(arg)} can do more than read`;
    }
    if (/%G|%\(signature/.test(arg)) return "signatures are checked by another program";
    if (form.wordsStayInside && leadsOut(arg)) return `git ${name} with ${arg} could read files outside the repository`;
  }
  if (form.firstWord && !form.firstWord.includes(args[0] === undefined || args[0].startsWith("-") ? "" : args[0])) {
    return `git ${name} only reads as ${
      form.firstWord.map((word) => `\`git ${name} ${word}`.trim() + "`").join(" or ")
    }`;
  }
  if (form.firstWord?.includes("") && words.length > 0 && !form.firstWord.includes(words[0]!)) {
    return `git ${name} ${words[0]} can change the repository`;
  }
  if (form.needs && !form.needs.some((option) => args.includes(option))) {
    return `git ${name} only reads with ${form.needs[0]}`;
  }
  if (form.wordsNeed && words.length > 0 && !hasOption(args, form.wordsNeed)) {
    return `git ${name} only reads with ${form.wordsNeed[0]}`;
  }
  if (words.length > (form.mostWords ?? Infinity)) return `git ${name} with more than ${form.mostWords} names writes`;
  return null;
}

function isOption(form: GitReadForm, arg: string): boolean {
  if (arg.startsWith("--")) return form.long?.includes(optionName(arg).slice(2)) ?? false;
  if (/^-\d+$/.test(arg)) return true;
  for (const letter of arg.slice(1)) {
    if (form.valued?.includes(letter)) return true;
    if (!form.flags?.includes(letter)) return false;
  }
  return true;
}

/** Where it follows another long option it could be the value of that one, and git would see no such option. */
function hasOption(args: readonly string[], names: string[]): boolean {
  return args.some((arg, at) => names.includes(optionName(arg)) && !/^--[^=]+$/.test(args[at - 1] ?? ""));
}

function optionName(arg: string): string {
  return arg.startsWith("--") ? arg.split("=", 1)[0]! : arg;
}

/** `git diff` reads any two files when one of them lies outside the repository. */
function leadsOut(word: string): boolean {
  return /^(?:[/\\~]|[A-Za-z]:[/\\])|(?:^|[/\\])\.\.(?:$|[/\\])/.test(word);
}

function needsRun(why: string): GitAccess {
  return { access: "run", why };
}
