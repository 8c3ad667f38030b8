// From a script's text to a script that may start: dialect, meta, models, and the code in the form that runs. Runs nothing.
import {
  type ExportDefaultDeclaration,
  type ExportNamedDeclaration,
  type ModuleDeclaration,
  type Options,
  parse,
  type Program,
  type Statement,
} from "acorn";
import type { OdwError } from "../errors.ts";
import type { Meta, ParsedScript, ScriptSource } from "../sandbox.ts";
import { watchFloating } from "./floating.ts";
import { launchErrorAt } from "./launch_error.ts";
import { readMeta } from "./meta_literal.ts";
import { EXPORT_NAME, runnableMeta } from "./runnable.ts";
import { scanTree } from "./scan.ts";
import { syntaxHint } from "./syntax_hint.ts";

/** A parsed script with the code that runs: with the same lines, and every author position in its place. */
export interface Prepared {
  script: ParsedScript;
  code: string;
  exportName: string | null;
}

const SHAPES = `a workflow script begins with
  export const meta = { name: "…", description: "…" }
or leaves a function at
  module.exports = { execute: async (context) => { … } }`;

const COMMON: Options = { ecmaVersion: 2025, allowHashBang: true };
const META_OPTIONS: Options = { ...COMMON, sourceType: "module", allowReturnOutsideFunction: true };
const EXECUTE_OPTIONS: Options = { ...COMMON, sourceType: "script" };

type Item = Statement | ModuleDeclaration;

/** Throws OdwError `script_invalid` with file:line:column, the source line and what to do. */
export function prepare(given: ScriptSource): Prepared {
  const source = { file: given.file, text: normalize(given.text) };
  if (source.text.trim() === "") throw launchErrorAt(source, 0, `the script is empty: ${SHAPES}`);
  const fence = /^\s*```/.exec(source.text);
  if (fence) {
    const message = "found a Markdown fence: remove the lines with ``` so that the file holds the script alone";
    throw launchErrorAt(source, fence[0].length - 3, message);
  }
  return startsWithModuleItem(source.text) ? prepareMeta(source) : prepareExecute(source);
}

/** Same lines and columns for every reader: no BOM, no lone \r, the #! line as a comment. */
function normalize(text: string): string {
  const bare = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  const lines = bare.includes("\r") ? bare.replace(/\r(?!\n)/g, "\n") : bare;
  return lines.startsWith("#!") ? `//${lines.slice(2)}` : lines;
}

function startsWithModuleItem(text: string): boolean {
  const code = text.replace(/^(?:\s+|\/\/[^\n]*|\/\*[^]*?\*\/|(?:"use strict"|'use strict');?)*/, "");
  return /^(export|import)\b(?!\s*\()/.test(code);
}

function prepareMeta(source: ScriptSource): Prepared {
  const program = parseText(source, META_OPTIONS);
  const body = program.body.filter((item) => !("directive" in item));
  const first = body[0];
  if (!first) throw launchErrorAt(source, 0, `the script is empty: ${SHAPES}`);
  const meta = metaOf(source, first);
  const others = body.slice(1);
  const exported = checkItems(source, others);
  const scan = scanTree(others);
  if (scan.importAt >= 0) throw importError(source, scan.importAt);
  const script: ParsedScript = { ...source, dialect: "meta", meta, models: scan.models };
  // After `export default` the offsets of its parts would no longer hold; all others lie before the calls.
  const text = exported ? source.text : watchFloating(source.text, scan.floating);
  const code = runnableMeta(text, first as ExportNamedDeclaration, exported);
  return { script, code, exportName: exported ? EXPORT_NAME : null };
}

function metaOf(source: ScriptSource, first: Item): Meta {
  if (first.type === "ImportDeclaration") throw importError(source, first.start);
  const declaration = first.type === "ExportNamedDeclaration" ? first.declaration : null;
  const declarator = declaration?.type === "VariableDeclaration" ? declaration.declarations[0] : undefined;
  const isMeta = declarator?.id.type === "Identifier" && declarator.id.name === "meta";
  if (!isMeta || declaration?.type !== "VariableDeclaration") {
    throw launchErrorAt(source, first.start, `the first statement must be \`export const meta = {…}\`: ${SHAPES}`);
  }
  if (declaration.kind !== "const") {
    throw launchErrorAt(source, declaration.start, `meta must be declared with const, found ${declaration.kind}`);
  }
  const second = declaration.declarations[1];
  if (second) {
    throw launchErrorAt(source, second.start, "only meta may be declared here: give the other name its own const");
  }
  if (!declarator.init) throw launchErrorAt(source, declarator.start, "meta has no value: write { name, description }");
  return readMeta(source, declarator.init);
}

/** Refuses imports and exports; gives the one `export default` that is allowed. */
function checkItems(source: ScriptSource, items: Item[]): ExportDefaultDeclaration | null {
  let exported: ExportDefaultDeclaration | null = null;
  for (const item of items) {
    if (item.type === "ImportDeclaration") throw importError(source, item.start);
    if (item.type === "ExportNamedDeclaration" || item.type === "ExportAllDeclaration") {
      throw launchErrorAt(source, item.start, "only meta may be exported: remove `export` here");
    }
    if (item.type === "ExportDefaultDeclaration") exported = checkDefault(source, item);
  }
  return exported;
}

function checkDefault(source: ScriptSource, item: ExportDefaultDeclaration): ExportDefaultDeclaration {
  if (item.declaration.type !== "ClassDeclaration") return item;
  throw launchErrorAt(source, item.start, "export default must be a function or an object, found a class");
}

function importError(source: ScriptSource, offset: number): OdwError {
  return launchErrorAt(
    source,
    offset,
    "a workflow script cannot import anything, found `import`: use the globals (agent, parallel, pipeline, …) and put helpers into this file",
  );
}

function prepareExecute(source: ScriptSource): Prepared {
  const program = parseText(source, EXECUTE_OPTIONS);
  const scan = scanTree(program.body);
  if (scan.importAt >= 0) throw importError(source, scan.importAt);
  if (!scan.assignsExports) {
    throw launchErrorAt(source, program.body[0]?.start ?? 0, `nothing is exported here: ${SHAPES}`);
  }
  const script: ParsedScript = { ...source, dialect: "execute", meta: null, models: scan.models };
  return { script, code: watchFloating(source.text, scan.floating), exportName: null };
}

function parseText(source: ScriptSource, options: Options): Program {
  try {
    return parse(source.text, options);
  } catch (error) {
    throw parseError(source, error, options);
  }
}

function parseError(source: ScriptSource, error: unknown, options: Options): unknown {
  if (error instanceof RangeError || /stack space/.test(String(error))) {
    return launchErrorAt(source, 0, "the script is nested too deeply to be read: split the expression into statements");
  }
  if (!(error instanceof SyntaxError) || !("pos" in error)) return error;
  const offset = Number(error.pos);
  if (options.sourceType === "script") {
    const late = lateMeta(source.text);
    if (late >= 0) {
      return launchErrorAt(source, late, "`export const meta = {…}` must be the first statement: move it to the top");
    }
  }
  const message = error.message.replace(/ \(\d+:\d+\)$/, "");
  const start = source.text.lastIndexOf("\n", offset - 1) + 1;
  const line = source.text.slice(start).split("\n", 1)[0] ?? "";
  const found = source.text.slice(offset).match(/^(\w+|\S)/)?.[0];
  const seen = message === "Unexpected token" ? (found ? ` \`${found}\`` : ": the text ends here") : "";
  return launchErrorAt(source, offset, `${message}${seen}. ${hintFor(options, line, message)}`);
}

function hintFor(options: Options, line: string, message: string): string {
  const hint = syntaxHint(line, message);
  const isTopLevelOnly = /'return' outside|await/.test(message) ||
    /^\s*(return|await|(const|let|var)\s.*=\s*await)\b/.test(line);
  if (options.sourceType !== "script" || !isTopLevelOnly) return hint;
  return `Top-level await and return need \`export const meta = {…}\` as the first statement; ${SHAPES}`;
}

function lateMeta(text: string): number {
  const found = /^[ \t]*export\s+const\s+meta\b/m.exec(text);
  return found ? found.index + found[0].indexOf("export") : -1;
}
