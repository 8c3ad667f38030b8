// What a script receives as args, from words, --args, --arg or --args-file: one of them, or nothing.
import type { ParseError } from "jsonc-parser";
import { OdwError } from "../errors.ts";
import { isJsonObject, type Json } from "../json.ts";
import { readFiles } from "./files_argument.ts";
import { readTextInput } from "./script_source.ts";
import type { World } from "./world.ts";

export interface ArgsInput {
  words: string[];
  args?: string;
  arg?: string[];
  argsFile?: string;
  /** Joins the members as `files`. */
  files?: string[];
}

/** `undefined`: none were given. Throws OdwError `usage` for two sources at once and for broken JSON, with its place. */
export async function readArgs(input: ArgsInput, world: World): Promise<Json | undefined> {
  refuseConflicts(input);
  const given = await readGiven(input, world);
  return input.files ? withFiles(given, await readFiles(input.files, world)) : given;
}

/** Files are a member: args must be an object, or absent. */
function withFiles(given: Json | undefined, files: Json[]): Json {
  if (given === undefined) return { files };
  if (isJsonObject(given)) return { ...given, files };
  throw new OdwError("usage", "--files adds a member to args, so args must be an object: give it with --arg key=value");
}

async function readGiven(input: ArgsInput, world: World): Promise<Json | undefined> {
  if (input.args !== undefined) return await textOrJson(input.args, "--args");
  if (input.arg) return members(input.arg);
  if (input.argsFile !== undefined) return await textOrJson(await readTextInput(input.argsFile, world), input.argsFile);
  if (input.words.length) return await wordsOrJson(input.words.join(" "));
  return undefined;
}

function refuseConflicts({ words, args, arg, argsFile }: ArgsInput): void {
  const given = [
    words.length ? `the words ${JSON.stringify(words.join(" "))}` : "",
    args !== undefined ? "--args" : "",
    arg ? "--arg" : "",
    argsFile !== undefined ? "--args-file" : "",
  ].filter(Boolean);
  if (given.length > 1) {
    throw new OdwError("usage", `args were given in more than one way: ${given.join(" and ")}; keep one of them`);
  }
}

/** A JSON object or array is delivered parsed, any other text as it is. */
async function textOrJson(text: string, source: string): Promise<Json> {
  if (!/^\s*[{[]/.test(text)) return text;
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    throw new OdwError("usage", `${source} looks like JSON but is not: ${await place(text)}`, { cause: error });
  }
}

/** Words are free text and may begin with a bracket; braces at both ends are JSON that a shell has split. */
async function wordsOrJson(text: string): Promise<Json> {
  if (/^\s*\{.*\}\s*$/s.test(text)) return await textOrJson(text, "the text after the script");
  try {
    const value = JSON.parse(text) as Json;
    return typeof value === "object" && value !== null ? value : text;
  } catch {
    return text;
  }
}

function members(pairs: string[]): Json {
  const entries = new Map<string, Json>();
  for (const pair of pairs) {
    const at = pair.indexOf("=");
    if (at < 1) throw new OdwError("usage", `--arg must be key=value; got ${JSON.stringify(pair)}`);
    const key = pair.slice(0, at);
    if (entries.has(key)) {
      throw new OdwError("usage", `--arg ${key} was given twice; use JSON for a list: --arg '${key}=[…]'`);
    }
    entries.set(key, valueOf(pair.slice(at + 1)));
  }
  return Object.fromEntries(entries);
}

/** A number only where none of its digits would be lost: 1.10, 1e10 and long ids stay the texts that they are. */
function valueOf(text: string): Json {
  try {
    const value = JSON.parse(text) as Json;
    return typeof value === "number" && String(value) !== text.trim() ? text : value;
  } catch {
    return text;
  }
}

/** Where broken JSON breaks, and what stands there. */
async function place(text: string): Promise<string> {
  const { parse, printParseErrorCode } = await import("jsonc-parser");
  const errors: ParseError[] = [];
  parse(text, errors, { disallowComments: true, allowTrailingComma: false });
  const first = errors[0];
  const offset = Math.min(first?.offset ?? text.length, text.length);
  const before = text.slice(0, offset).split("\n");
  const at = `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
  const what = first
    ? printParseErrorCode(first.error).replace(/([a-z])([A-Z])/g, "$1 $2").toLowerCase()
    : "syntax error";
  const near = text.slice(offset, offset + 20).split("\n")[0];
  return `${what} at ${at}${near ? ` near ${JSON.stringify(near)}` : ", where the text ends"}`;
}
