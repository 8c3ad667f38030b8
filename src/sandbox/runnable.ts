// Dialect A as code that QuickJS evaluates: module syntax is replaced in place, so that every author position stays.
import type { ExportDefaultDeclaration, ExportNamedDeclaration } from "acorn";

/** Global that takes the value of `export default`; as long a text as fits in place of the two words. */
export const EXPORT_NAME = "$odwExport";

const OPEN = "(async()=>{";

/**
 * `export const meta = {…}; body` becomes `(async()=>{  meta = {…}; body \n})`: an expression whose value is the body as a function.
 * `meta` is then an assignment to a global that the realm holds ready.
 */
export function runnableMeta(
  text: string,
  meta: ExportNamedDeclaration,
  exported: ExportDefaultDeclaration | null,
): string {
  const start = meta.start;
  const constAt = meta.declaration?.start ?? start;
  const head = text.slice(start, constAt + "const".length);
  const opened = text.slice(0, start) + open(head);
  const rest = text.slice(constAt + "const".length);
  if (!exported) return `${opened}${rest}\n})`;
  const moved = opened.length - (constAt + "const".length);
  return `${withDefault(opened + rest, exported, moved)}\n})`;
}

/** Keeps length and line breaks where the two words stand on one line, as they do in practice. */
function open(head: string): string {
  if (!/[\n\r\u2028\u2029]/.test(head)) return OPEN + " ".repeat(head.length - OPEN.length);
  return head.replace(/[^\n\r\u2028\u2029]/g, " ") + OPEN;
}

function withDefault(code: string, exported: ExportDefaultDeclaration, moved: number): string {
  const { declaration } = exported;
  const from = exported.start + moved;
  const valueAt = declaration.start + moved;
  const end = declaration.end + moved;
  const words = code.slice(from, valueAt);
  const isNamed = declaration.type === "FunctionDeclaration" && declaration.id !== null;
  if (isNamed) {
    const blank = words.replace(/[^\n]/g, " ");
    return `${code.slice(0, from)}${blank}${code.slice(valueAt)}\n;${EXPORT_NAME}=${declaration.id?.name}`;
  }
  const blank = words.slice(EXPORT_NAME.length + 2).replace(/[^\n]/g, " ");
  return `${code.slice(0, from)}${EXPORT_NAME} =${blank}${code.slice(valueAt, end)};${code.slice(end)}`;
}
