// Edits one server in a JSON file and leaves every other character as it is: comments, commas, indents, line breaks.
import type { Node } from "jsonc-parser";
import { canonicalJson, isJsonObject, type Json, type JsonObject } from "../json.ts";
import {
  checkEdit,
  depthOf,
  type EntryEdit,
  entryOf,
  type EntryRemoval,
  mergedEntry,
  SERVER_NAME,
} from "./entry_edit.ts";
import { insertMember, memberOf, removeMember, replaceValue } from "./json_members.ts";
import { parseJsonText } from "./json_text.ts";

/** `text` without a byte order mark. `madeDepth`: of the containers, how many are new. Throws OdwError `config`. */
export async function setJsonEntry(
  text: string,
  edit: EntryEdit,
  strict: boolean,
): Promise<{ text: string; madeDepth: number }> {
  const source = text.trim() === "" ? "{}\n" : text;
  const { root, value } = await parseJsonText(source, { file: edit.file, strict });
  const before = entryOf(value, edit);
  const entry = mergedEntry(before, edit);
  if (before && canonicalJson(before) === canonicalJson(entry)) return { text, madeDepth: 0 };
  const result = before
    ? await updated(source, entry, { edit, strict, before })
    : added(source, root, { edit, entry, depth: depthOf(value, edit.container) });
  const after = await parseJsonText(result, { file: edit.file, strict });
  checkEdit({ before: value, after: after.value }, edit, entry);
  return { text: result, madeDepth: before ? 0 : edit.container.length - depthOf(value, edit.container) };
}

/** The same text when there is no entry. Throws OdwError `config`. */
export async function removeJsonEntry(text: string, removal: EntryRemoval, strict: boolean): Promise<string> {
  if (text.trim() === "") return text;
  const { value } = await parseJsonText(text, { file: removal.file, strict });
  if (!entryOf(value, removal)) return text;
  let path = [...removal.container, SERVER_NAME];
  let result = await removed(text, path, { file: removal.file, strict });
  for (let made = removal.madeDepth; made > 0; made--) {
    path = path.slice(0, -1);
    const { value } = await parseJsonText(result, { file: removal.file, strict });
    const container = path.reduce<Json | undefined>((at, key) => isJsonObject(at) ? at[key] : undefined, value);
    if (!isJsonObject(container) || Object.keys(container).length > 0) break;
    result = await removed(result, path, { file: removal.file, strict });
  }
  const after = await parseJsonText(result, { file: removal.file, strict });
  checkEdit({ before: value, after: after.value }, removal, null);
  return result;
}

function added(
  text: string,
  root: Node,
  { edit, entry, depth }: { edit: EntryEdit; entry: JsonObject; depth: number },
): string {
  const path = [...edit.container, SERVER_NAME];
  const parent = nodeAt(root, path.slice(0, depth));
  const value = path.slice(depth + 1).reduceRight<Json>((inner, key) => ({ [key]: inner }), entry);
  return insertMember(text, parent, { key: path[depth] ?? SERVER_NAME, value });
}

/** Member by member, so that comments between them stay. */
async function updated(
  text: string,
  entry: JsonObject,
  { edit, strict, before }: { edit: EntryEdit; strict: boolean; before: JsonObject },
): Promise<string> {
  const path = [...edit.container, SERVER_NAME];
  let result = text;
  for (const key of Object.keys(before).filter((key) => !(key in entry))) {
    result = await removed(result, [...path, key], { file: edit.file, strict });
  }
  for (const [key, value] of Object.entries(entry)) {
    const { root } = await parseJsonText(result, { file: edit.file, strict });
    const parent = nodeAt(root, path);
    const member = memberOf(parent, key);
    if (!member) result = insertMember(result, parent, { key, value });
    else if (canonicalJson(before[key] ?? null) !== canonicalJson(value)) result = replaceValue(result, member, value);
  }
  return result;
}

async function removed(
  text: string,
  path: readonly string[],
  { file, strict }: { file: string; strict: boolean },
): Promise<string> {
  const { root } = await parseJsonText(text, { file, strict });
  return removeMember(text, nodeAt(root, path.slice(0, -1)), path.at(-1) ?? "");
}

/** Of objects that are known to be there. */
function nodeAt(root: Node, path: readonly string[]): Node {
  return path.reduce((node, key) => memberOf(node, key)?.children?.[1] ?? node, root);
}
