// The error of a script that cannot be launched: place, source line with a caret, what was found, what to do.
import { OdwError } from "../errors.ts";
import type { ScriptSource } from "../sandbox.ts";

const MAX_LINE_CHARS = 160;

/** A place in a text: line and column from 1, columns in UTF-16 units. */
export interface Place {
  line: number;
  column: number;
}

/** `script_invalid` in the form `file:line:column: message`, the source line and a caret below. `found` and what to do stand in `message`. */
export function launchError(source: ScriptSource, place: Place, message: string): OdwError {
  const text = `${source.file}:${place.line}:${place.column}: ${message}\n${excerpt(source.text, place)}`;
  return new OdwError("script_invalid", text, {
    name: "WorkflowScriptError",
    scriptStack: `    at ${source.file}:${place.line}:${place.column}`,
  });
}

/** The same for an offset into the text. */
export function launchErrorAt(source: ScriptSource, offset: number, message: string): OdwError {
  return launchError(source, placeOf(source.text, offset), message);
}

/** Lines end with \n alone or after \r: what editors count and QuickJS reports. */
export function placeOf(text: string, offset: number): Place {
  const lineStart = text.lastIndexOf("\n", offset - 1) + 1;
  let line = 1;
  for (let at = text.indexOf("\n"); at !== -1 && at < lineStart; at = text.indexOf("\n", at + 1)) line++;
  return { line, column: offset - lineStart + 1 };
}

function excerpt(text: string, { line, column }: Place): string {
  const whole = (text.split("\n", line)[line - 1] ?? "").replace(/\r$/, "");
  const from = Math.max(0, Math.min(column - 1 - MAX_LINE_CHARS / 2, whole.length - MAX_LINE_CHARS));
  const shown = whole.slice(from, from + MAX_LINE_CHARS);
  const gutter = `  ${line} | `;
  const pad = shown.slice(0, column - 1 - from).replace(/[^\t]/g, " ");
  return `${gutter}${shown}\n${" ".repeat(gutter.length - 2)}| ${pad}^`;
}
